/** Mutant 1: park does not look whether the human was faster. */
import { parkSql } from "../park.ts";
import { reference } from "../protocol.ts";
import { replaced, rewriting } from "./derive.ts";
import type { ProtocolMutant } from "./mutant.ts";

const blind = replaced(parkSql.lockDetail, "responded_at,", "null::timestamptz as responded_at,");

export const parkIgnoresAnswer: ProtocolMutant = {
  id: 1,
  title: "park ignores an existing answer",
  violates: ["I2"],
  shortest: "ask; respond while RUNNING; park",
  protocol: {
    ...reference,
    park: (db, input, options) => reference.park(rewriting(db, parkSql.lockDetail, blind), input, options),
  },
};
