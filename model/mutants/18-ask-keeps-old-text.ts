/** Mutant 18: ask leaves the columns of the request that is there. */
import { askSql } from "../ask.ts";
import { reference } from "../protocol.ts";
import { replaced, rewriting } from "./derive.ts";
import type { ProtocolMutant } from "./mutant.ts";
const keeping = replaced(
  replaced(askSql.write, "subject = excluded.subject, body = excluded.body, options = excluded.options,", ""),
  "defaults = excluded.defaults, multiple = excluded.multiple, params = excluded.params,",
  "",
);

export const askKeepsOldText: ProtocolMutant = {
  id: 18,
  title: "ask keeps the old request columns",
  violates: ["I11"],
  shortest: "ask A; a later run asks B; A is shown and approved",
  protocol: {
    ...reference,
    ask: (db, input, options) => reference.ask(rewriting(db, askSql.write, keeping), input, options),
  },
};
