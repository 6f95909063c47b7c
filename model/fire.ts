/**
 * T legacy, last part: the triggerer hands a trigger's event to the task.
 *
 * Locks task_instance, then hitl_detail. Only a task that is DEFERRED on this very trigger takes the event. Where a
 * person answered after the trigger had given up, the answer is delivered: it was acknowledged.
 */
import { answerEvent, isAnswered, type AnswerColumns, type ResumeEvent } from "./event.ts";
import type { Queryable } from "./query-port.ts";
import { refuse, type Refusal } from "./result.ts";
import { resume } from "./resume.ts";
import { inTransaction, type TransactionOptions } from "./transaction.ts";

/** A trigger's event. */
export interface FireInput {
  readonly taskInstanceId: string;
  readonly triggerId: number;
  readonly event: ResumeEvent;
  readonly now: Date;
}

/** 200: the task is scheduled with the event. 409: it does not wait for this trigger (any more). */
export type FireResult = { readonly status: 200 } | Refusal<409>;

/** The statements of `fire`; it adds `resumeSql`. */
export const fireSql = {
  lockTask: `select id from task_instance where id = $1 and trigger_id = $2 and state = 'deferred' for update`,
  lockDetail: `
    select responded_at, responded_by, chosen_options, params_input
      from hitl_detail where ti_id = $1 for update`,
  deleteTrigger: `delete from trigger where id = $1`,
} as const;

/** Delivers the event; see FireResult. */
export async function fire(
  db: Queryable,
  input: FireInput,
  options?: TransactionOptions,
): Promise<FireResult> {
  const { taskInstanceId: id, triggerId, event, now } = input;
  return inTransaction(
    db,
    async (): Promise<FireResult> => {
      const locked = await db.query(fireSql.lockTask, [id, triggerId]);
      if (locked.rows.length === 0) return refuse(409, "the task does not wait for this trigger");
      const detail = (await db.query<AnswerColumns>(fireSql.lockDetail, [id])).rows[0];
      const answered = detail !== undefined && isAnswered(detail);
      await resume(db, id, answered ? answerEvent(detail) : event, now);
      await db.query(fireSql.deleteTrigger, [triggerId]);
      return { status: 200 };
    },
    options,
  );
}
