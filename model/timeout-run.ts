/**
 * D dag-run timeout: a run that has gone on for too long fails, and what is unfinished in it is skipped.
 *
 * Locks dag_run (FOR NO KEY UPDATE, see the README), then its unfinished task_instance rows in the order of id; which they are is decided as they are locked.
 */
import type { Queryable } from "./query-port.ts";
import { refuse, type Refusal } from "./result.ts";
import { inTransaction, type TransactionOptions } from "./transaction.ts";

/** The run, and how long it may take. */
export interface TimeoutRunInput {
  readonly dagId: string;
  readonly runId: string;
  /** Milliseconds from its start_date (DAG parameter dagrun_timeout). */
  readonly timeoutMs: number;
  readonly now: Date;
}

/** 200: the run failed, `skipped` are the tasks that were unfinished. 404: no such run. 409: not running, or not yet. */
export type TimeoutRunResult =
  { readonly status: 200; readonly skipped: readonly string[] } | Refusal<404 | 409>;

/** The statements of `timeoutRun`. */
export const timeoutRunSql = {
  lockRun: `select state, start_date from dag_run where dag_id = $1 and run_id = $2 for no key update`,
  lockTasks: `
    select id from task_instance
     where dag_id = $1 and run_id = $2
       and (state is null or state not in ('success', 'failed', 'skipped', 'upstream_failed', 'removed'))
     order by id
     for update`,
  skip: `
    update task_instance
       set state = 'skipped', next_method = null, next_kwargs = null, trigger_id = null, trigger_timeout = null
     where id = any ($1)`,
  deleteTriggers: `delete from trigger where ti_id = any ($1)`,
  fail: `update dag_run set state = 'failed' where dag_id = $1 and run_id = $2`,
} as const;

/** Fails the run if its time is over; see TimeoutRunResult. */
export async function timeoutRun(
  db: Queryable,
  input: TimeoutRunInput,
  options?: TransactionOptions,
): Promise<TimeoutRunResult> {
  const { dagId, runId, timeoutMs, now } = input;
  return inTransaction(
    db,
    async (): Promise<TimeoutRunResult> => {
      const run = (await db.query<RunRow>(timeoutRunSql.lockRun, [dagId, runId])).rows[0];
      if (run === undefined) return refuse(404, "no such run");
      if (run.state !== "running") return refuse(409, `the run is ${run.state}`);
      if (run.start_date === null || run.start_date.getTime() + timeoutMs > now.getTime()) {
        return refuse(409, "the run has time left");
      }
      const locked = await db.query<{ id: string }>(timeoutRunSql.lockTasks, [dagId, runId]);
      const skipped = locked.rows.map(({ id }) => id);
      if (skipped.length > 0) {
        await db.query(timeoutRunSql.skip, [skipped]);
        await db.query(timeoutRunSql.deleteTriggers, [skipped]);
      }
      await db.query(timeoutRunSql.fail, [dagId, runId]);
      return { status: 200, skipped };
    },
    options,
  );
}

interface RunRow {
  readonly state: string;
  readonly start_date: Date | null;
}
