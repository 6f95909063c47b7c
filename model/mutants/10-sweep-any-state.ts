/** Mutant 10: sweep takes whatever has a deadline behind it. Only a deferred task keeps one outside AWAITING_INPUT. */
import { reference } from "../protocol.ts";
import { sweepSql } from "../sweep.ts";
import { replaced, rewriting } from "./derive.ts";
import type { ProtocolMutant } from "./mutant.ts";
const anyState = replaced(sweepSql.lockTasks, "state = 'awaiting_input' and ", "");

export const sweepAnyState: ProtocolMutant = {
  id: 10,
  title: "sweep lacks the state predicate",
  violates: ["I6"],
  shortest: "defer; the deadline passes; sweep",
  protocol: {
    ...reference,
    sweep: (db, input, options) =>
      reference.sweep(rewriting(db, sweepSql.lockTasks, anyState), input, options),
  },
};
