/** Mutant 15: sweep writes the defaults as the answer, but leaves responded_at empty. */
import { reference } from "../protocol.ts";
import { sweepSql } from "../sweep.ts";
import { replaced, rewriting } from "./derive.ts";
import type { ProtocolMutant } from "./mutant.ts";
const timeless = replaced(
  sweepSql.writeDefaults,
  "responded_at = $2",
  "responded_at = nullif($2::timestamptz, $2)",
);

export const defaultWithoutTime: ProtocolMutant = {
  id: 15,
  title: "the default is written without responded_at",
  violates: ["I1"],
  shortest: "sweep writes the default; the request still counts as unanswered",
  protocol: {
    ...reference,
    sweep: (db, input, options) =>
      reference.sweep(rewriting(db, sweepSql.writeDefaults, timeless), input, options),
  },
};
