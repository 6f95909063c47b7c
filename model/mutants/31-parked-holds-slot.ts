/** Mutant 31: the pool counts a parked task as one that works (25, second half). */
import { queueSql } from "../queue.ts";
import { reference } from "../protocol.ts";
import { replaced, rewriting } from "./derive.ts";
import type { ProtocolMutant } from "./mutant.ts";
const counting = replaced(
  queueSql.active,
  "task_id, state,",
  "task_id, case state when 'awaiting_input' then 'running' else state end as state,",
);

export const parkedHoldsSlot: ProtocolMutant = {
  id: 31,
  title: "a parked task holds a pool slot",
  violates: ["I9"],
  shortest: "one parked task; a full pool; scheduler step",
  protocol: {
    ...reference,
    queue: (db, input, options) => reference.queue(rewriting(db, queueSql.active, counting), input, options),
  },
};
