/**
 * X delete run: a DAG run goes, with its task instances, their requests and their triggers.
 *
 * Locks dag_run (FOR NO KEY UPDATE, see the README), then its task_instance rows in the order of id, then their hitl_detail rows in the order of ti_id: the
 * DELETE cascades over rows that are locked already, so that it never waits while it holds a part of them.
 */
import type { Queryable } from "./query-port.ts";
import { refuse, type Refusal } from "./result.ts";
import { inTransaction, type TransactionOptions } from "./transaction.ts";

/** The run to delete. */
export interface DeleteRunInput {
  readonly dagId: string;
  readonly runId: string;
}

/** 200: the run is gone. 404: no such run. */
export type DeleteRunResult = { readonly status: 200; readonly deleted: readonly string[] } | Refusal<404>;

/** The statements of `deleteRun`. */
export const deleteRunSql = {
  lockRun: `select state from dag_run where dag_id = $1 and run_id = $2 for no key update`,
  lockTasks: `select id from task_instance where dag_id = $1 and run_id = $2 order by id for update`,
  lockDetails: `select ti_id from hitl_detail where ti_id = any ($1) order by ti_id for update`,
  deleteTriggers: `delete from trigger where ti_id = any ($1)`,
  deleteRun: `delete from dag_run where dag_id = $1 and run_id = $2`,
} as const;

/** Deletes the run; see DeleteRunResult. */
export async function deleteRun(
  db: Queryable,
  input: DeleteRunInput,
  options?: TransactionOptions,
): Promise<DeleteRunResult> {
  const run = [input.dagId, input.runId];
  return inTransaction(
    db,
    async (): Promise<DeleteRunResult> => {
      if ((await db.query(deleteRunSql.lockRun, run)).rows.length === 0) return refuse(404, "no such run");
      const deleted = (await db.query<{ id: string }>(deleteRunSql.lockTasks, run)).rows.map(({ id }) => id);
      await db.query(deleteRunSql.lockDetails, [deleted]);
      await db.query(deleteRunSql.deleteTriggers, [deleted]);
      await db.query(deleteRunSql.deleteRun, run);
      return { status: 200, deleted };
    },
    options,
  );
}
