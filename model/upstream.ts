/**
 * Upstream as it is: the protocol with the choices that Airflow made where the reference decides otherwise. A variant of this
 * model, derived from it like a mutant; what is found in it is said of this model, not of Airflow's code.
 *
 * - ask (73235): a repeated delivery is taken for a new request, and erases an answer that was acknowledged in between.
 * - park: only the state is looked at, not which run parks: an old run's repeated call parks, or
 *   resumes, the run of another.
 * - finish (66374, 67287, 72716): likewise only the state is looked at.
 * - respond: in a state that nobody will deliver the answer from, it is recorded in silence and acknowledged with 200; what is
 *   filled into the form is not held against its schema; the run that asked is not looked at.
 */
import { askErasesAnswer } from "./mutants/17-ask-erases-answer.ts";
import { parkByAnyRun } from "./mutants/22-park-by-any-run.ts";
import { lateSuccessHonoured } from "./mutants/29-late-success-honoured.ts";
import { mapping, replaced, rewriting } from "./mutants/derive.ts";
import { reference, type Protocol } from "./protocol.ts";
import type { Queryable } from "./query-port.ts";
import { respondSql, type RespondInput } from "./respond.ts";

/** The protocol as Airflow has it. */
export const upstream: Protocol = {
  ...reference,
  ask: askErasesAnswer.protocol.ask,
  park: parkByAnyRun.protocol.park,
  finish: lateSuccessHonoured.protocol.finish,
  respond: (db, input, options) => reference.respond(trusting(db, input), input, options),
};

const otherStatesRecord = replaced(
  respondSql.lockTask,
  "select state, invocation_id",
  "select case when state in ('awaiting_input', 'deferred') then state else 'running' end as state, invocation_id",
);

/** Takes any other state for RUNNING, where an answer is only recorded; and any form field for one without a schema. */
function trusting(db: Queryable, { paramsInput }: RespondInput): Queryable {
  const params = Object.fromEntries(Object.keys(paramsInput).map((key) => [key, null]));
  const anyRun = { invocation_id: "any" };
  const anyState = rewriting(db, respondSql.lockTask, otherStatesRecord);
  const blind = mapping(anyState, respondSql.lockTask, (row) => ({ ...row, ...anyRun }));
  return mapping(blind, respondSql.lockDetail, (row) => ({ ...row, ...anyRun, params }));
}
