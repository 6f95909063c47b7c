/** Mutant 19: respond takes an answer to whatever request is there now. */
import { reference } from "../protocol.ts";
import { respondSql } from "../respond.ts";
import { mapping } from "./derive.ts";
import type { ProtocolMutant } from "./mutant.ts";

export const respondToAnyForm: ProtocolMutant = {
  id: 19,
  title: "respond ignores which request was shown",
  violates: ["I11"],
  shortest: "form A open; ask B; respond to A",
  protocol: {
    ...reference,
    respond: (db, input, options) => {
      const shown = (row: object): object => ({ ...row, created_at: input.createdAt });
      return reference.respond(mapping(db, respondSql.lockDetail, shown), input, options);
    },
  },
};
