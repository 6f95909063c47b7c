/**
 * Resume: the shared primitive that hands an event to a waiting task and schedules it.
 *
 * One statement inside the caller's transaction; the caller holds the lock on the task_instance row and knows that the
 * task may be resumed. A next_kwargs that cannot carry the event becomes the next_method `__fail__` with the error, so
 * that one broken row never stops a batch.
 */
import type { ResumeEvent } from "./event.ts";
import { jsonb } from "./json.ts";
import type { Queryable } from "./query-port.ts";

/** The next_method of a task that could not be resumed; execute_complete fails it. */
export const FAIL_METHOD = "__fail__";

/** What next_kwargs.error says then. */
export const KWARGS_ERROR = "next_kwargs is not a JSON object";

/** The statement of `resume`. */
export const resumeSql: string = `
  update task_instance
     set state = 'scheduled',
         scheduled_dttm = $3,
         trigger_id = null,
         trigger_timeout = null,
         next_method = case when jsonb_typeof(coalesce(next_kwargs, '{}')) = 'object'
                            then next_method else '${FAIL_METHOD}' end,
         next_kwargs = case when jsonb_typeof(coalesce(next_kwargs, '{}')) = 'object'
                            then coalesce(next_kwargs, '{}') || jsonb_build_object('event', $2::jsonb)
                            else jsonb_build_object('error', '${KWARGS_ERROR}') end
   where id = $1`;

/** Schedules the task with `event` in next_kwargs.event, its deadline and trigger gone. */
export async function resume(
  db: Queryable,
  taskInstanceId: string,
  event: ResumeEvent,
  now: Date,
): Promise<void> {
  await db.query(resumeSql, [taskInstanceId, jsonb(event), now]);
}
