/** Mutant 16: park joins dag_run and locks both rows, the task first. */
import { parkSql } from "../park.ts";
import { reference } from "../protocol.ts";
import { rewriting } from "./derive.ts";
import type { ProtocolMutant } from "./mutant.ts";
const joined = `
  select ti.state, ti.invocation_id
    from task_instance ti
    join dag_run dr on dr.dag_id = ti.dag_id and dr.run_id = ti.run_id
   where ti.id = $1
     for update`;

export const parkLocksRunToo: ProtocolMutant = {
  id: 16,
  title: "FOR UPDATE without OF locks dag_run too",
  violates: ["I8"],
  shortest: "park holds the task, the scheduler holds the run",
  protocol: {
    ...reference,
    park: (db, input, options) => reference.park(rewriting(db, parkSql.lockTask, joined), input, options),
  },
};
