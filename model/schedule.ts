/**
 * K scheduler step, first half: what may run next in each running DAG run, and which runs are over.
 *
 * Locks dag_run rows (FOR NO KEY UPDATE, see the README) in the order of run_id, skipping those that another scheduler examines, then the unfinished
 * task_instance rows of those runs in the order of id.
 */
import { decideRun, type Dag, type RunDecision } from "./dag.ts";
import type { Queryable } from "./query-port.ts";
import { inTransaction, type TransactionOptions } from "./transaction.ts";

/** Runs that one step examines at most. */
export const SCHEDULE_LIMIT = 20;

/** One look at the running runs of a DAG. */
export interface ScheduleInput {
  readonly dag: Dag;
  readonly now: Date;
  /** Runs to examine at most; SCHEDULE_LIMIT unless told. */
  readonly limit?: number | undefined;
}

/** What became of a run. */
export interface ScheduledRun extends RunDecision {
  readonly runId: string;
}

/** The runs that were examined, in the order of their ids; one that somebody else held is missing. */
export interface ScheduleResult {
  readonly status: 200;
  readonly runs: readonly ScheduledRun[];
}

/** The statements of `schedule`. */
export const scheduleSql = {
  lockRuns: `
    select run_id from dag_run
     where dag_id = $1 and state = 'running'
     order by run_id
     limit $2
     for no key update skip locked`,
  lockTasks: `
    select id, run_id, task_id, state from task_instance
     where dag_id = $1 and run_id = any ($2)
     order by id
     for update`,
  schedule: `update task_instance set state = 'scheduled', scheduled_dttm = $2 where id = any ($1)`,
  finish: `update task_instance set state = $2 where id = any ($1)`,
  endRun: `update dag_run set state = $3 where dag_id = $1 and run_id = $2`,
} as const;

/** Examines the running runs; see ScheduleResult. */
export async function schedule(
  db: Queryable,
  input: ScheduleInput,
  options?: TransactionOptions,
): Promise<ScheduleResult> {
  const { dag, now, limit = SCHEDULE_LIMIT } = input;
  return inTransaction(
    db,
    async (): Promise<ScheduleResult> => {
      const locked = await db.query<{ run_id: string }>(scheduleSql.lockRuns, [dag.dagId, limit]);
      const runIds = locked.rows.map(({ run_id }) => run_id);
      if (runIds.length === 0) return { status: 200, runs: [] };
      const tasks = (await db.query<TaskRow>(scheduleSql.lockTasks, [dag.dagId, runIds])).rows;

      const runs: ScheduledRun[] = [];
      for (const runId of runIds) {
        const own = tasks.filter(({ run_id }) => run_id === runId);
        const decision = decideRun(
          dag,
          own.map(({ id, task_id, state }) => ({ id, taskId: task_id, state })),
        );
        await write(db, dag.dagId, runId, decision, now);
        runs.push({ runId, ...decision });
      }
      return { status: 200, runs };
    },
    options,
  );
}

async function write(
  db: Queryable,
  dagId: string,
  runId: string,
  { scheduled, skipped, upstreamFailed, state }: RunDecision,
  now: Date,
): Promise<void> {
  if (scheduled.length > 0) await db.query(scheduleSql.schedule, [scheduled, now]);
  if (skipped.length > 0) await db.query(scheduleSql.finish, [skipped, "skipped"]);
  if (upstreamFailed.length > 0) await db.query(scheduleSql.finish, [upstreamFailed, "upstream_failed"]);
  if (state !== "running") await db.query(scheduleSql.endRun, [dagId, runId, state]);
}

interface TaskRow {
  readonly id: string;
  readonly run_id: string;
  readonly task_id: string;
  readonly state: string | null;
}
