/** Mutant 24: park drops next_method where the human was faster: the task starts anew. */
import { reference } from "../protocol.ts";
import { resumeSql } from "../resume.ts";
import { replaced, rewriting } from "./derive.ts";
import type { ProtocolMutant } from "./mutant.ts";
const dropping = replaced(resumeSql, "then next_method else", "then null else");

export const fastPathDropsMethod: ProtocolMutant = {
  id: 24,
  title: "the fast path drops next_method",
  violates: ["I12"],
  shortest: "ask; respond; park",
  protocol: {
    ...reference,
    park: (db, input, options) => reference.park(rewriting(db, resumeSql, dropping), input, options),
  },
};
