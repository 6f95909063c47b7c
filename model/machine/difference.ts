/**
 * Tells two states apart in one sentence.
 */
import { sameJson, type Json } from "../json.ts";
import {
  NOT_READ,
  type AttemptRow,
  type DetailRow,
  type PoolRow,
  type ProtocolState,
  type RunRow,
  type TaskRow,
  type TriggerRow,
} from "../state.ts";

/** One sentence about the first row in which `actual` differs from `expected`, or undefined. */
export function difference(expected: ProtocolState, actual: ProtocolState): string | undefined {
  if (sameState(expected, actual)) return undefined;
  return (
    differenceOfRows("task_instance", byId(expected.tasks), byId(actual.tasks)) ??
    differenceOfRows("hitl_detail", byRequest(expected.details), byRequest(actual.details)) ??
    differenceOfRows("hitl_detail_history", byRequest(expected.history), byRequest(actual.history)) ??
    differenceOfRows("dag_run", byRun(expected.runs), byRun(actual.runs)) ??
    differenceOfRows("pool", byPool(expected.pools), byPool(actual.pools)) ??
    differenceOfRows("trigger", byNumber(expected.triggers), byNumber(actual.triggers)) ??
    differenceOfRows("task_instance_history", byAttempt(expected.attempts), byAttempt(actual.attempts))
  );
}

/** True where two reads of the state found the same. */
export function sameState(left: ProtocolState, right: ProtocolState): boolean {
  return sameJson(left, right);
}

/** Ids of the tasks whose row, or whose request, differs between the two states. */
export function changedTasks(before: ProtocolState, after: ProtocolState): readonly string[] {
  const ids = new Set([...before.tasks, ...after.tasks].map(({ id }) => id));
  return [...ids].filter((id) => difference(only(before, id), only(after, id)) !== undefined);
}

function only(state: ProtocolState, id: string): ProtocolState {
  return {
    tasks: state.tasks.filter((task) => task.id === id),
    details: state.details.filter(({ taskInstanceId }) => taskInstanceId === id),
    history: state.history.filter(({ taskInstanceId }) => taskInstanceId === id),
    ...NOT_READ,
  };
}

type Rows = ReadonlyMap<string, object>;

function differenceOfRows(relation: string, expected: Rows, actual: Rows): string | undefined {
  for (const [key, row] of expected) {
    const found = actual.get(key);
    if (found === undefined) return `${relation} ${key} is missing`;
    const columns = differingColumns(row, found);
    if (columns.length > 0) return `${relation} ${key}: ${columns.join("; ")}`;
  }
  const surplus = [...actual.keys()].find((key) => !expected.has(key));
  return surplus === undefined ? undefined : `${relation} ${surplus} should not be there`;
}

function differingColumns(expected: object, actual: object): readonly string[] {
  if (sameJson(expected, actual)) return [];
  const found = new Map<string, Json>(Object.entries(actual));
  return Object.entries(expected)
    .filter(([column, value]: [string, Json]) => !sameJson(value, found.get(column) ?? null))
    .map(([column, value]: [string, Json]) => {
      const is = JSON.stringify(found.get(column) ?? null);
      return `${column} is ${is}, not ${JSON.stringify(value)}`;
    });
}

function byId(tasks: readonly TaskRow[]): Rows {
  return new Map(tasks.map((task) => [task.id, task]));
}

function byRequest(details: readonly DetailRow[]): Rows {
  return new Map(details.map((detail) => [`${detail.taskInstanceId} of ${detail.createdMs}`, detail]));
}

function byRun(runs: readonly RunRow[]): Rows {
  return new Map(runs.map((run) => [`${run.dagId} ${run.runId}`, run]));
}

function byPool(pools: readonly PoolRow[]): Rows {
  return new Map(pools.map((pool) => [pool.pool, pool]));
}

function byNumber(triggers: readonly TriggerRow[]): Rows {
  return new Map(triggers.map((trigger) => [String(trigger.id), trigger]));
}

function byAttempt(attempts: readonly AttemptRow[]): Rows {
  return new Map(attempts.map((attempt) => [attempt.id, attempt]));
}
