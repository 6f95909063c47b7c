/**
 * The committed state with every table, for races that schedule, clear, defer or delete. It costs more to read than
 * `observeState`, which leaves out what a race of one task never writes.
 */
import type { Queryable } from "./query-port.ts";
import {
  observeSql,
  stateOfRows,
  type AttemptRow,
  type ObservedRow,
  type PoolRow,
  type ProtocolState,
  type RunRow,
  type TriggerRow,
} from "./state.ts";

/** The statement of `observeWholeState`. */
const observeWholeSql: string = `${observeSql}
  union all
  select 'dag_run', row_to_json(r)::text from dag_run r
  union all
  select 'pool', row_to_json(p)::text from pool p
  union all
  select 'trigger', row_to_json(g)::text from trigger g
  union all
  select 'task_instance_history', row_to_json(a)::text from task_instance_history a`;

/** Reads every table in one statement, without locks. */
export async function observeWholeState(db: Queryable): Promise<ProtocolState> {
  const { rows } = await db.query<ObservedRow>(observeWholeSql);
  const read = <Stored, Row>(relation: string, convert: (stored: Stored) => Row): Row[] =>
    rows
      .filter((row) => row.relation === relation)
      .map(({ row }) => row)
      .sort()
      .map((row) => convert(JSON.parse(row) as Stored));
  return {
    ...stateOfRows(rows),
    runs: read("dag_run", runOf),
    pools: read("pool", poolOf),
    triggers: read("trigger", triggerOf),
    attempts: read("task_instance_history", attemptOf),
  };
}

interface StoredRun {
  readonly dag_id: string;
  readonly run_id: string;
  readonly state: string;
  readonly start_date: string | null;
}

function runOf({ dag_id, run_id, state, start_date }: StoredRun): RunRow {
  return {
    dagId: dag_id,
    runId: run_id,
    state,
    startMs: start_date === null ? null : Date.parse(start_date),
  };
}

interface StoredPool {
  readonly pool: string;
  readonly slots: number;
  readonly include_deferred: boolean;
}

function poolOf({ pool, slots, include_deferred }: StoredPool): PoolRow {
  return { pool, slots, includeDeferred: include_deferred };
}

interface StoredTrigger {
  readonly id: number;
  readonly ti_id: string;
  readonly timeout_datetime: string | null;
}

function triggerOf({ id, ti_id, timeout_datetime }: StoredTrigger): TriggerRow {
  const timeoutMs = timeout_datetime === null ? null : Date.parse(timeout_datetime);
  return { id, taskInstanceId: ti_id, timeoutMs };
}

interface StoredAttempt {
  readonly ti_id: string;
  readonly state: string | null;
  readonly try_number: number;
  readonly invocation_id: string | null;
}

function attemptOf({ ti_id, state, try_number, invocation_id }: StoredAttempt): AttemptRow {
  return { id: ti_id, state, tryNumber: try_number, invocationId: invocation_id };
}
