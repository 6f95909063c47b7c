/**
 * What the pure machine is made of: a state in, an answer and a state out.
 */
import { sameJson } from "../json.ts";
import type { DetailRow, ProtocolState, TaskRow } from "../state.ts";

/** One atomic operation on the state: what it answers, and the state that follows (the same one where it refuses). */
export interface Transition<Result> {
  readonly result: Result;
  readonly state: ProtocolState;
}

/** The row of a task, or undefined. */
export function taskOf(state: ProtocolState, id: string): TaskRow | undefined {
  return state.tasks.find((task) => task.id === id);
}

/** The request of a task, or undefined. */
export function detailOf(state: ProtocolState, taskInstanceId: string): DetailRow | undefined {
  return state.details.find((detail) => detail.taskInstanceId === taskInstanceId);
}

/** True where two reads of a task's row found the same. */
export function sameTask(left: TaskRow, right: TaskRow): boolean {
  return sameJson(left, right);
}

/** The state with some columns of one task changed. */
export function withTask(state: ProtocolState, id: string, columns: Partial<TaskRow>): ProtocolState {
  return { ...state, tasks: state.tasks.map((task) => (task.id === id ? { ...task, ...columns } : task)) };
}

/** The state with `detail` as the request of its task, in the order of the primary key. */
export function withDetail(state: ProtocolState, detail: DetailRow): ProtocolState {
  const others = state.details.filter(({ taskInstanceId }) => taskInstanceId !== detail.taskInstanceId);
  return { ...state, details: [...others, detail].sort(byKey) };
}

/** The state with `detail` among the replaced requests, in the order of the primary key. */
export function withArchived(state: ProtocolState, detail: DetailRow): ProtocolState {
  return { ...state, history: [...state.history, detail].sort(byKey) };
}

/** Milliseconds since 1970 of an input's time, which is a Date or, after JSON, its ISO 8601 text. */
export function timeMs(time: Date | string): number {
  return new Date(time).getTime();
}

function byKey(left: DetailRow, right: DetailRow): number {
  if (left.taskInstanceId !== right.taskInstanceId)
    return left.taskInstanceId < right.taskInstanceId ? -1 : 1;
  return left.createdMs - right.createdMs;
}
