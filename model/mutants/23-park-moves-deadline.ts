/** Mutant 23: a repeated park writes again, and the deadline moves. */
import { parkSql } from "../park.ts";
import { reference } from "../protocol.ts";
import { replaced, rewriting } from "./derive.ts";
import type { ProtocolMutant } from "./mutant.ts";
const unparked = replaced(
  parkSql.lockTask,
  "select state,",
  "select case state when 'awaiting_input' then 'running' else state end as state,",
);

export const parkMovesDeadline: ProtocolMutant = {
  id: 23,
  title: "a repeated park moves the deadline",
  violates: ["I14", "I5"],
  shortest: "park; park",
  protocol: {
    ...reference,
    park: (db, input, options) => reference.park(rewriting(db, parkSql.lockTask, unparked), input, options),
  },
};
