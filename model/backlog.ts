/**
 * Many parked tasks at once, for measurements of cost: row g of a backlog has its deadline g seconds after an epoch.
 *
 * So time decides what is due: at `deadlineOf(g)` rows 1 to g are, however many more are parked. Every second request has
 * defaults. Ids come in the order of g, as the time-ordered UUIDs that Airflow uses do, or scattered over the whole index.
 */
import type { Queryable } from "./query-port.ts";

/** Deadline of row 0, milliseconds since 1970. */
export const BACKLOG_EPOCH_MS: number = Date.UTC(2026, 0, 1);

/** Tasks of one dag run. */
const TASKS_PER_RUN = 100;

/** "ordered": ids rise with the deadlines; "scattered": neighbours in time lie anywhere in the index of ids. */
export type IdLayout = "ordered" | "scattered";

/** The deadline of row `g`. */
export function deadlineOf(g: number): Date {
  return new Date(BACKLOG_EPOCH_MS + g * 1000);
}

/** Parks rows `from` to `to`, both included. */
export async function parkBacklog(
  db: Queryable,
  from: number,
  to: number,
  layout: IdLayout = "ordered",
): Promise<void> {
  const statements = backlogSql(layout);
  await db.query(statements.runs, [from, to]);
  await db.query(statements.tasks, [from, to, new Date(BACKLOG_EPOCH_MS)]);
  await db.query(statements.details, [from, to, new Date(BACKLOG_EPOCH_MS)]);
}

/** SQL for the id of row `g` of a backlog, an integer expression. */
export function idSql(layout: IdLayout, g: string = "g"): string {
  return layout === "ordered"
    ? `overlay(overlay(lpad(to_hex(${g}), 12, '0') placing '-' from 9 for 0) placing '-7000-8000-000000000000' from 14 for 0)`
    : `md5(${g}::text)::uuid::text`;
}

function backlogSql(layout: IdLayout): { runs: string; tasks: string; details: string } {
  const id = idSql(layout);
  return {
    runs: `
      insert into dag_run (dag_id, run_id, state)
      select 'dag', 'run-' || r, 'running'
        from generate_series($1::integer / ${TASKS_PER_RUN}, $2::integer / ${TASKS_PER_RUN}) r
          on conflict do nothing`,
    tasks: `
      insert into task_instance (id, dag_id, run_id, task_id, state, invocation_id, next_method, next_kwargs, trigger_timeout)
      select ${id}, 'dag', 'run-' || (g / ${TASKS_PER_RUN}), 'task-' || (g % ${TASKS_PER_RUN}), 'awaiting_input',
             'asking-run', 'execute_complete', '{}', $3::timestamptz + g * interval '1 second'
        from generate_series($1::integer, $2::integer) g`,
    details: `
      insert into hitl_detail (ti_id, invocation_id, created_at, subject, options, defaults, multiple, params, assignees)
      select ${id}, 'asking-run', $3::timestamptz, 'Go on?', '["approve", "reject"]',
             case when g % 2 = 0 then '["approve"]'::jsonb end, false, '{}', '[]'
        from generate_series($1::integer, $2::integer) g`,
  };
}
