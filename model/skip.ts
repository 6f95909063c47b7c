/**
 * W worker, on behalf of an approval or a branch: tasks downstream of it are skipped before it reports its success.
 *
 * Locks task_instance rows in the order of id; only what has not begun is skipped.
 */
import type { Queryable } from "./query-port.ts";
import { inTransaction, type TransactionOptions } from "./transaction.ts";

/** Tasks of a run. */
export interface SkipInput {
  readonly dagId: string;
  readonly runId: string;
  readonly taskIds: readonly string[];
}

/** Ids of the task instances that this call skipped. */
export interface SkipResult {
  readonly status: 200;
  readonly skipped: readonly string[];
}

/** The statements of `skip`. */
export const skipSql = {
  lockTasks: `
    select id from task_instance
     where dag_id = $1 and run_id = $2 and task_id = any ($3) and (state is null or state = 'scheduled')
     order by id
     for update`,
  write: `update task_instance set state = 'skipped' where id = any ($1)`,
} as const;

/** Skips the tasks that have not begun; see SkipResult. */
export async function skip(
  db: Queryable,
  input: SkipInput,
  options?: TransactionOptions,
): Promise<SkipResult> {
  const { dagId, runId, taskIds } = input;
  return inTransaction(
    db,
    async (): Promise<SkipResult> => {
      const locked = await db.query<{ id: string }>(skipSql.lockTasks, [dagId, runId, taskIds]);
      const skipped = locked.rows.map(({ id }) => id);
      if (skipped.length > 0) await db.query(skipSql.write, [skipped]);
      return { status: 200, skipped };
    },
    options,
  );
}
