/** Mutant 17: ask always writes the request as if it were new: a repeated delivery erases the answer that came in between
 * (Airflow before 73235). */
import { askSql } from "../ask.ts";
import { reference } from "../protocol.ts";
import type { Queryable } from "../query-port.ts";
import { mapping, replaced, rewriting } from "./derive.ts";
import type { ProtocolMutant } from "./mutant.ts";
const overwrite = replaced(
  replaced(askSql.write, "and responded_at is not null", "and false"),
  "greatest(excluded.created_at, detail.created_at + interval '1 millisecond')",
  "detail.created_at",
);
const forgetful = (db: Queryable): Queryable =>
  mapping(rewriting(db, askSql.write, overwrite), askSql.lockDetail, (row) => ({
    ...row,
    invocation_id: null,
  }));

export const askErasesAnswer: ProtocolMutant = {
  id: 17,
  title: "ask erases the answer on a repeated delivery",
  violates: ["I10"],
  shortest: "ask, reply lost; respond 200; ask again; park",
  protocol: {
    ...reference,
    ask: (db, input, options) => reference.ask(forgetful(db), input, options),
  },
};
