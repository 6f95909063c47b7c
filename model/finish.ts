/**
 * W worker, second half: a worker run reports how it ended.
 *
 * One statement that locks the task_instance row and checks its state and invocation: a report of a run that no longer
 * holds the task (it parked, or the task was marked or cleared) has no effect. A second statement tells a repeated
 * delivery from a refusal. A fresh try starts fresh: next_method, next_kwargs and the deadline are gone.
 */
import type { Queryable } from "./query-port.ts";
import { refuse, type Refusal } from "./result.ts";

/** The states that a worker run may report. */
export type FinishedState = "success" | "failed" | "up_for_retry";

/** The report of a worker run. */
export interface FinishInput {
  readonly taskInstanceId: string;
  readonly invocationId: string;
  readonly state: FinishedState;
}

/** 200: the task is in `state`. 409: the run does not hold the task. */
export type FinishResult = { readonly status: 200; readonly state: FinishedState } | Refusal<409>;

/** The statements of `finish`. */
export const finishSql = {
  write: `
    update task_instance
       set state = $3, next_method = null, next_kwargs = null, trigger_timeout = null
     where id = $1 and state = 'running' and invocation_id = $2
    returning id`,
  finishedBefore: `select id from task_instance where id = $1 and invocation_id = $2 and state = $3`,
} as const;

/** Ends the run; see FinishResult. */
export async function finish(db: Queryable, input: FinishInput): Promise<FinishResult> {
  const values = [input.taskInstanceId, input.invocationId, input.state];
  const written = await db.query(finishSql.write, values);
  const finished = written.rows.length > 0 ? written : await db.query(finishSql.finishedBefore, values);
  if (finished.rows.length === 0) return refuse(409, "this invocation does not run the task");
  return { status: 200, state: input.state };
}
