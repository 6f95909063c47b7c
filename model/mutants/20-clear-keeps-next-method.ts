/** Mutant 20: clear leaves next_method and next_kwargs of the old attempt. */
import { clearSql } from "../clear.ts";
import { reference } from "../protocol.ts";
import { replaced, rewriting } from "./derive.ts";
import type { ProtocolMutant } from "./mutant.ts";
const keeping = replaced(clearSql.write, "next_method = null, next_kwargs = null, ", "");

export const clearKeepsNextMethod: ProtocolMutant = {
  id: 20,
  title: "clear keeps next_method",
  violates: ["I12"],
  shortest: "park; clear; run",
  protocol: {
    ...reference,
    clear: (db, input, options) => reference.clear(rewriting(db, clearSql.write, keeping), input, options),
  },
};
