/**
 * C clear: a task gets a new attempt, with a new identity and nothing of the old one.
 *
 * Locks dag_run (FOR NO KEY UPDATE, see the README), then task_instance, then hitl_detail. The old attempt goes to task_instance_history, its request and
 * answer to hitl_detail_history; a worker run, a form or a trigger that knows the old id finds nothing any more.
 */
import type { Queryable } from "./query-port.ts";
import { refuse, type Refusal } from "./result.ts";
import { inTransaction, type TransactionOptions } from "./transaction.ts";

/** The attempt to clear. */
export interface ClearInput {
  readonly dagId: string;
  readonly runId: string;
  readonly taskInstanceId: string;
  /** Id of the new attempt, unique over all attempts. */
  readonly newId: string;
  /** Clears only what is in one of these states; null: in any. */
  readonly onlyStates: readonly (string | null)[] | null;
}

/**
 * 200: the attempt `newId` stands in state none, the old one was in `from` (null for none; also where this very call
 * had cleared it before, with `from` undefined). 404: no such attempt. 409: not in one of `onlyStates`.
 */
export type ClearResult =
  { readonly status: 200; readonly from?: string | null | undefined } | Refusal<404 | 409>;

/** The statements of `clear`. */
export const clearSql = {
  lockRun: `select state from dag_run where dag_id = $1 and run_id = $2 for no key update`,
  lockTask: `select state from task_instance where id = $1 for update`,
  clearedBefore: `select id from task_instance where id = $1`,
  lockDetail: `select ti_id from hitl_detail where ti_id = $1 for update`,
  archiveTask: `
    insert into task_instance_history
    select id, dag_id, run_id, task_id, map_index, try_number, state, invocation_id
      from task_instance where id = $1`,
  archiveDetail: `
    insert into hitl_detail_history
    select ti_id, invocation_id, created_at, subject, body, options, defaults, multiple, params, assignees,
           responded_at, responded_by, chosen_options, params_input
      from hitl_detail where ti_id = $1`,
  deleteDetail: `delete from hitl_detail where ti_id = $1`,
  deleteTrigger: `delete from trigger where ti_id = $1`,
  write: `
    update task_instance
       set id = $2, state = null, try_number = try_number + 1, invocation_id = null, scheduled_dttm = null,
           next_method = null, next_kwargs = null, trigger_id = null, trigger_timeout = null
     where id = $1`,
  reopenRun: `update dag_run set state = 'running' where dag_id = $1 and run_id = $2`,
} as const;

/** Clears the attempt; see ClearResult. */
export async function clear(
  db: Queryable,
  input: ClearInput,
  options?: TransactionOptions,
): Promise<ClearResult> {
  const { dagId, runId, taskInstanceId: id, newId, onlyStates } = input;
  return inTransaction(
    db,
    async (): Promise<ClearResult> => {
      const run = (await db.query<{ state: string }>(clearSql.lockRun, [dagId, runId])).rows[0];
      if (run === undefined) return refuse(404, "no such run");
      const task = (await db.query<{ state: string | null }>(clearSql.lockTask, [id])).rows[0];
      if (task === undefined) {
        const cleared = (await db.query(clearSql.clearedBefore, [newId])).rows.length > 0;
        return cleared ? { status: 200 } : refuse(404, "no such task instance");
      }
      if (onlyStates !== null && !onlyStates.includes(task.state)) {
        return refuse(409, `the task is ${task.state}`);
      }
      await db.query(clearSql.archiveTask, [id]);
      if ((await db.query(clearSql.lockDetail, [id])).rows.length > 0) {
        await db.query(clearSql.archiveDetail, [id]);
        await db.query(clearSql.deleteDetail, [id]);
      }
      await db.query(clearSql.deleteTrigger, [id]);
      await db.query(clearSql.write, [id, newId]);
      if (run.state !== "running") await db.query(clearSql.reopenRun, [dagId, runId]);
      return { status: 200, from: task.state };
    },
    options,
  );
}
