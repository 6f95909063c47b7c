/**
 * T legacy, second part: the trigger looks every few seconds whether there is an answer, or whether the time is over.
 *
 * Locks task_instance, then hitl_detail. The defaults are written only under the lock under which no answer was found;
 * an answer that came first is what the trigger delivers, and no error.
 */
import { writeDefaults, writeDefaultsSql, type DetailAtDeadline } from "./defaults.ts";
import { answerEvent, isAnswered, timeoutEvent, type ResumeEvent } from "./event.ts";
import type { Queryable } from "./query-port.ts";
import { refuse, type Refusal } from "./result.ts";
import { inTransaction, type TransactionOptions } from "./transaction.ts";

/** Milliseconds between two looks of one trigger. */
export const POLL_INTERVAL_MS = 5_000;

/** One look of a trigger. */
export interface PollInput {
  readonly taskInstanceId: string;
  readonly triggerId: number;
  readonly now: Date;
}

/** 200: the event to fire, or null where it goes on waiting. 409: the task does not wait for this trigger. */
export type PollResult = { readonly status: 200; readonly event: ResumeEvent | null } | Refusal<409>;

/** The statements of `poll`. */
export const pollSql = {
  lockTask: `select state, trigger_id from task_instance where id = $1 for update`,
  lockDetail: `
    select defaults, params, responded_at, responded_by, chosen_options, params_input
      from hitl_detail where ti_id = $1 for update`,
  deadline: `select timeout_datetime from trigger where id = $1`,
  writeDefaults: writeDefaultsSql as string,
} as const;

/** Looks once; see PollResult. */
export async function poll(
  db: Queryable,
  input: PollInput,
  options?: TransactionOptions,
): Promise<PollResult> {
  const { taskInstanceId: id, triggerId, now } = input;
  return inTransaction(
    db,
    async (): Promise<PollResult> => {
      const task = (await db.query<TaskRow>(pollSql.lockTask, [id])).rows[0];
      if (task?.state !== "deferred" || task.trigger_id !== triggerId) {
        return refuse(409, "the task does not wait for this trigger");
      }
      const detail = (await db.query<DetailAtDeadline>(pollSql.lockDetail, [id])).rows[0];
      if (detail !== undefined && isAnswered(detail)) return { status: 200, event: answerEvent(detail) };
      const trigger = (await db.query<{ timeout_datetime: Date | null }>(pollSql.deadline, [triggerId]))
        .rows[0];
      const deadline = trigger?.timeout_datetime ?? null;
      if (deadline === null || deadline.getTime() > now.getTime()) return { status: 200, event: null };
      if (detail === undefined || detail.defaults === null) return { status: 200, event: timeoutEvent() };
      const { defaults, params } = detail;
      const answer = await writeDefaults(db, id, { defaults, params }, now);
      return { status: 200, event: answerEvent(answer) };
    },
    options,
  );
}

interface TaskRow {
  readonly state: string | null;
  readonly trigger_id: number | null;
}
