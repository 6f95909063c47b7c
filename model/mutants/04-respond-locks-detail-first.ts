/** Mutant 4: respond takes its two locks in the other order. */
import { reference } from "../protocol.ts";
import { respondSql } from "../respond.ts";
import { swapping } from "./derive.ts";
import type { ProtocolMutant } from "./mutant.ts";

export const respondLocksDetailFirst: ProtocolMutant = {
  id: 4,
  title: "respond locks the detail, then the task",
  violates: ["I8"],
  shortest: "park holds the task, respond holds the detail",
  protocol: {
    ...reference,
    respond: (db, input, options) =>
      reference.respond(swapping(db, respondSql.lockTask, respondSql.lockDetail), input, options),
  },
};
