/**
 * The committed state of the protocol as plain data, and the one statement that reads it.
 *
 * It is read after every commit of a run, so it is kept cheap: rows as JSON text, one scan of every table, no joins,
 * and the sorting done here (measured at half the cost of typed columns sorted by the server).
 */
import type { Json, JsonObject } from "./json.ts";
import type { Queryable } from "./query-port.ts";
import type { User } from "./request.ts";

/** A row of task_instance; times in milliseconds since 1970. */
export interface TaskRow {
  readonly id: string;
  readonly dagId: string;
  readonly runId: string;
  readonly taskId: string;
  readonly pool: string;
  readonly poolSlots: number;
  readonly state: string | null;
  readonly tryNumber: number;
  readonly invocationId: string | null;
  readonly nextMethod: string | null;
  readonly nextKwargs: Json;
  readonly triggerId: number | null;
  readonly triggerTimeoutMs: number | null;
  readonly scheduledMs: number | null;
}

/** A row of hitl_detail or hitl_detail_history; times in milliseconds since 1970. */
export interface DetailRow {
  readonly taskInstanceId: string;
  readonly invocationId: string;
  readonly createdMs: number;
  readonly subject: string;
  readonly body: string | null;
  readonly options: readonly string[];
  readonly defaults: readonly string[] | null;
  readonly multiple: boolean;
  readonly params: JsonObject;
  readonly assignees: readonly User[];
  readonly respondedMs: number | null;
  readonly respondedBy: User | null;
  readonly chosenOptions: readonly string[] | null;
  readonly paramsInput: JsonObject | null;
}

/** A row of dag_run. */
export interface RunRow {
  readonly dagId: string;
  readonly runId: string;
  readonly state: string;
  readonly startMs: number | null;
}

/** A row of pool. */
export interface PoolRow {
  readonly pool: string;
  readonly slots: number;
  readonly includeDeferred: boolean;
}

/** A row of trigger. */
export interface TriggerRow {
  readonly id: number;
  readonly taskInstanceId: string;
  readonly timeoutMs: number | null;
}

/** A row of task_instance_history: an attempt that was cleared. */
export interface AttemptRow {
  readonly id: string;
  readonly state: string | null;
  readonly tryNumber: number;
  readonly invocationId: string | null;
}

/** Every table in the order of its primary key. */
export interface ProtocolState {
  readonly tasks: readonly TaskRow[];
  readonly details: readonly DetailRow[];
  /** Answered requests that a later one replaced. */
  readonly history: readonly DetailRow[];
  /** Read by `observeWholeState` only; without rows where `observeState` read the state. */
  readonly runs: readonly RunRow[];
  readonly pools: readonly PoolRow[];
  readonly triggers: readonly TriggerRow[];
  readonly attempts: readonly AttemptRow[];
}

/** The tables that `observeState` does not read. */
export const NOT_READ: Pick<ProtocolState, "runs" | "pools" | "triggers" | "attempts"> = {
  runs: [],
  pools: [],
  triggers: [],
  attempts: [],
};

/** The statement of `observeState`. */
export const observeSql = `
  select 'task_instance' as relation, row_to_json(t)::text as row from task_instance t
  union all
  select 'hitl_detail', row_to_json(d)::text from hitl_detail d
  union all
  select 'hitl_detail_history', row_to_json(h)::text from hitl_detail_history h`;

/** Reads the tables that every operation on one task writes, in one statement, without locks. */
export async function observeState(db: Queryable): Promise<ProtocolState> {
  return stateOfRows((await db.query<ObservedRow>(observeSql)).rows);
}

/** The state of observed rows; rows of other relations are left out. */
export function stateOfRows(rows: readonly ObservedRow[]): ProtocolState {
  const tasks: TaskRow[] = [];
  const details: DetailRow[] = [];
  const history: DetailRow[] = [];
  for (const { relation, row } of rows) {
    if (relation === "task_instance") tasks.push(knownTasks.read(row));
    else if (relation === "hitl_detail") details.push(knownDetails.read(row));
    else if (relation === "hitl_detail_history") history.push(knownDetails.read(row));
  }
  tasks.sort(byId);
  details.sort(byRequest);
  return { tasks, details, history: history.sort(byRequest), ...NOT_READ };
}

/** A row as it is observed. */
export interface ObservedRow {
  readonly relation: string;
  /** The row as JSON text. */
  readonly row: string;
}

/** Rows that were read before, by their text: most rows of a state are those of the states before it in a run. */
class RowReader<Stored, Row> {
  readonly #known = new Map<string, Row>();
  readonly #convert: (stored: Stored) => Row;

  constructor(convert: (stored: Stored) => Row) {
    this.#convert = convert;
  }

  read(text: string): Row {
    let row = this.#known.get(text);
    if (row === undefined) {
      if (this.#known.size >= MAX_KNOWN_ROWS) this.#known.clear();
      row = this.#convert(JSON.parse(text) as Stored);
      this.#known.set(text, row);
    }
    return row;
  }
}

/** Enough for the states of a run with a few tasks; to keep more was measured, and is no faster. */
const MAX_KNOWN_ROWS = 64;
const knownTasks = new RowReader(taskOf);
const knownDetails = new RowReader(detailOf);

interface StoredTask {
  readonly id: string;
  readonly dag_id: string;
  readonly run_id: string;
  readonly task_id: string;
  readonly pool: string;
  readonly pool_slots: number;
  readonly state: string | null;
  readonly try_number: number;
  readonly invocation_id: string | null;
  readonly next_method: string | null;
  readonly next_kwargs: Json;
  readonly trigger_id: number | null;
  readonly trigger_timeout: string | null;
  readonly scheduled_dttm: string | null;
}

interface StoredDetail extends Pick<
  DetailRow,
  "subject" | "body" | "options" | "defaults" | "multiple" | "params" | "assignees"
> {
  readonly ti_id: string;
  readonly invocation_id: string;
  readonly created_at: string;
  readonly responded_at: string | null;
  readonly responded_by: User | null;
  readonly chosen_options: readonly string[] | null;
  readonly params_input: JsonObject | null;
}

function taskOf(row: StoredTask): TaskRow {
  return {
    id: row.id,
    dagId: row.dag_id,
    runId: row.run_id,
    taskId: row.task_id,
    pool: row.pool,
    poolSlots: row.pool_slots,
    state: row.state,
    tryNumber: row.try_number,
    invocationId: row.invocation_id,
    nextMethod: row.next_method,
    nextKwargs: row.next_kwargs,
    triggerId: row.trigger_id,
    triggerTimeoutMs: timeMs(row.trigger_timeout),
    scheduledMs: timeMs(row.scheduled_dttm),
  };
}

function detailOf(row: StoredDetail): DetailRow {
  return {
    taskInstanceId: row.ti_id,
    invocationId: row.invocation_id,
    createdMs: Date.parse(row.created_at),
    subject: row.subject,
    body: row.body,
    options: row.options,
    defaults: row.defaults,
    multiple: row.multiple,
    params: row.params,
    assignees: row.assignees,
    respondedMs: timeMs(row.responded_at),
    respondedBy: row.responded_by,
    chosenOptions: row.chosen_options,
    paramsInput: row.params_input,
  };
}

function timeMs(text: string | null): number | null {
  return text === null ? null : Date.parse(text);
}

function byId(left: TaskRow, right: TaskRow): number {
  return left.id < right.id ? -1 : 1;
}

function byRequest(left: DetailRow, right: DetailRow): number {
  if (left.taskInstanceId !== right.taskInstanceId)
    return left.taskInstanceId < right.taskInstanceId ? -1 : 1;
  return left.createdMs - right.createdMs;
}
