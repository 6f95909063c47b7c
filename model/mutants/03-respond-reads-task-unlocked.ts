/** Mutant 3: respond reads the task without a lock. */
import { reference } from "../protocol.ts";
import { respondSql } from "../respond.ts";
import { replaced, rewriting } from "./derive.ts";
import type { ProtocolMutant } from "./mutant.ts";
const unlocked = replaced(respondSql.lockTask, "for update", "");

export const respondReadsTaskUnlocked: ProtocolMutant = {
  id: 3,
  title: "respond reads the task state unlocked",
  violates: ["I2"],
  shortest: "respond reads RUNNING; park parks; respond only records",
  protocol: {
    ...reference,
    respond: (db, input, options) =>
      reference.respond(rewriting(db, respondSql.lockTask, unlocked), input, options),
  },
};
