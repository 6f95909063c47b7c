/** Mutant 11: nobody clears a deadline, and a park without one leaves the old one. */
import { parkSql } from "../park.ts";
import { reference } from "../protocol.ts";
import type { Queryable } from "../query-port.ts";
import { resumeSql } from "../resume.ts";
import { replaced, rewriting } from "./derive.ts";
import type { ProtocolMutant } from "./mutant.ts";
const resumeKeeps = replaced(resumeSql, "trigger_timeout = null,", "");
const parkKeeps = replaced(
  parkSql.write,
  "trigger_timeout = $2",
  "trigger_timeout = coalesce($2, trigger_timeout)",
);
const keeping = (db: Queryable): Queryable =>
  rewriting(rewriting(db, resumeSql, resumeKeeps), parkSql.write, parkKeeps);

export const oldDeadlineKept: ProtocolMutant = {
  id: 11,
  title: "an old deadline is kept when the new park has none",
  violates: ["I5"],
  shortest: "park for an hour; respond; park again without a deadline; sweep",
  protocol: {
    ...reference,
    park: (db, input, options) => reference.park(keeping(db), input, options),
    respond: (db, input, options) => reference.respond(keeping(db), input, options),
    sweep: (db, input, options) => reference.sweep(keeping(db), input, options),
  },
};
