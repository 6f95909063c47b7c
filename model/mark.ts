/**
 * M mark: somebody sets a task to success or failed by hand.
 *
 * Locks task_instance. Whatever the task waited for is over: deadline, next_method, next_kwargs and trigger are gone,
 * and a worker run that still holds the task finds its report refused.
 */
import type { Queryable } from "./query-port.ts";
import { refuse, type Refusal } from "./result.ts";
import { inTransaction, type TransactionOptions } from "./transaction.ts";

/** The task and the state to give it. */
export interface MarkInput {
  readonly taskInstanceId: string;
  readonly state: "success" | "failed";
}

/** 200: the task is in `state`, and was in `from` before. 404: no such task instance. */
export type MarkResult =
  { readonly status: 200; readonly state: "success" | "failed"; readonly from: string | null } | Refusal<404>;

/** The statements of `mark`. */
export const markSql = {
  lockTask: `select state from task_instance where id = $1 for update`,
  write: `
    update task_instance
       set state = $2, next_method = null, next_kwargs = null, trigger_id = null, trigger_timeout = null
     where id = $1`,
} as const;

/** Marks the task; see MarkResult. */
export async function mark(
  db: Queryable,
  input: MarkInput,
  options?: TransactionOptions,
): Promise<MarkResult> {
  const { taskInstanceId: id, state } = input;
  return inTransaction(
    db,
    async (): Promise<MarkResult> => {
      const task = (await db.query<{ state: string | null }>(markSql.lockTask, [id])).rows[0];
      if (task === undefined) return refuse(404, "no such task instance");
      if (task.state !== state) await db.query(markSql.write, [id, state]);
      return { status: 200, state, from: task.state };
    },
    options,
  );
}
