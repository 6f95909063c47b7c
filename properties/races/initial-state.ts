/**
 * The state in which a race begins, as plain data: the rows that `insertState` puts in are those that the linearizability
 * check begins with.
 */
import type { HitlRequest } from "../../model/request.ts";
import { NOT_READ, type DetailRow, type ProtocolState, type TaskRow } from "../../model/state.ts";
import type { Queryable } from "../../model/query-port.ts";
import { RUN_START_MS } from "../../sim/race/run.ts";

/** The run and the DAG of races that have one. */
export const DAG_ID = "dag";
export const RUN_ID = "run";

/** A form with two options, which anybody may answer. */
export const form: HitlRequest = {
  subject: "Go on?",
  body: null,
  options: ["approve", "reject"],
  defaults: null,
  multiple: false,
  params: {},
  assignees: [],
};

/** A task instance of RUN_ID that has not begun, with some columns of its own; its task is called as it is. */
export function taskRow(columns: Partial<TaskRow> & Pick<TaskRow, "id">): TaskRow {
  return {
    dagId: DAG_ID,
    runId: RUN_ID,
    taskId: columns.id,
    pool: "default_pool",
    poolSlots: 1,
    state: null,
    tryNumber: 1,
    invocationId: null,
    nextMethod: null,
    nextKwargs: null,
    triggerId: null,
    triggerTimeoutMs: null,
    scheduledMs: null,
    ...columns,
  };
}

/** A task instance that was parked at the start, and waits `timeoutMs` for its answer; null: for ever. */
export function parkedRow(id: string, timeoutMs: number | null, columns: Partial<TaskRow> = {}): TaskRow {
  return taskRow({
    id,
    state: "awaiting_input",
    invocationId: `${id}-run`,
    nextMethod: "execute_complete",
    nextKwargs: {},
    triggerTimeoutMs: timeoutMs === null ? null : RUN_START_MS + timeoutMs,
    ...columns,
  });
}

/** The unanswered request of a task instance, asked at the start by the invocation that `parkedRow` names. */
export function detailRow(taskInstanceId: string, columns: Partial<DetailRow> = {}): DetailRow {
  return {
    taskInstanceId,
    invocationId: `${taskInstanceId}-run`,
    createdMs: RUN_START_MS,
    ...form,
    respondedMs: null,
    respondedBy: null,
    chosenOptions: null,
    paramsInput: null,
    ...columns,
  };
}

/** A state of these rows; a running RUN_ID unless other runs are given. */
export function stateWith(rows: Partial<ProtocolState>): ProtocolState {
  const runs = [{ dagId: DAG_ID, runId: RUN_ID, state: "running", startMs: RUN_START_MS }];
  return { tasks: [], details: [], history: [], ...NOT_READ, runs, ...rows };
}

/** Puts the rows of `state` into empty tables. */
export async function insertState(db: Queryable, state: ProtocolState): Promise<void> {
  for (const { dagId, runId, state: runState, startMs } of state.runs) {
    await db.query("insert into dag_run (dag_id, run_id, state, start_date) values ($1, $2, $3, $4)", [
      dagId,
      runId,
      runState,
      date(startMs),
    ]);
  }
  for (const { pool, slots, includeDeferred } of state.pools) {
    await db.query("insert into pool (pool, slots, include_deferred) values ($1, $2, $3)", [
      pool,
      slots,
      includeDeferred,
    ]);
  }
  for (const task of state.tasks) await insertTask(db, task);
  for (const detail of state.details) await insertDetail(db, detail);
}

async function insertTask(db: Queryable, task: TaskRow): Promise<void> {
  await db.query(
    `insert into task_instance
       (id, dag_id, run_id, task_id, pool, pool_slots, state, try_number, invocation_id, next_method, next_kwargs,
        trigger_timeout, scheduled_dttm)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
    [
      task.id,
      task.dagId,
      task.runId,
      task.taskId,
      task.pool,
      task.poolSlots,
      task.state,
      task.tryNumber,
      task.invocationId,
      task.nextMethod,
      task.nextKwargs === null ? null : JSON.stringify(task.nextKwargs),
      date(task.triggerTimeoutMs),
      date(task.scheduledMs),
    ],
  );
}

async function insertDetail(db: Queryable, detail: DetailRow): Promise<void> {
  await db.query(
    `insert into hitl_detail
       (ti_id, invocation_id, created_at, subject, body, options, defaults, multiple, params, assignees,
        responded_at, responded_by, chosen_options, params_input)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
    [
      detail.taskInstanceId,
      detail.invocationId,
      date(detail.createdMs),
      detail.subject,
      detail.body,
      JSON.stringify(detail.options),
      detail.defaults === null ? null : JSON.stringify(detail.defaults),
      detail.multiple,
      JSON.stringify(detail.params),
      JSON.stringify(detail.assignees),
      date(detail.respondedMs),
      json(detail.respondedBy),
      json(detail.chosenOptions),
      json(detail.paramsInput),
    ],
  );
}

function json(value: unknown): string | null {
  return value === null ? null : JSON.stringify(value);
}

function date(ms: number | null): Date | null {
  return ms === null ? null : new Date(ms);
}
