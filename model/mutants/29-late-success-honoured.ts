/** Mutant 29: a late report of the run that parked ends the run that was resumed (24, second half). */
import { finishSql } from "../finish.ts";
import { reference } from "../protocol.ts";
import { replaced, rewriting } from "./derive.ts";
import type { ProtocolMutant } from "./mutant.ts";
const anyRun = replaced(finishSql.write, "and invocation_id = $2", "and $2::text is not null");

export const lateSuccessHonoured: ProtocolMutant = {
  id: 29,
  title: "a stale success is honoured",
  violates: ["I12"],
  shortest: "park; respond; the next run starts; late success of the first",
  protocol: {
    ...reference,
    finish: (db, input, options) => reference.finish(rewriting(db, finishSql.write, anyRun), input, options),
  },
};
