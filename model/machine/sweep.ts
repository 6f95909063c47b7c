/**
 * S sweep, on the pure state: a relation, not a function, because a sweep skips the rows that somebody else holds.
 */
import { timeoutEvent } from "../event.ts";
import { initialValues } from "../request.ts";
import type { DetailRow, ProtocolState, TaskRow } from "../state.ts";
import { SWEEP_LIMIT, type SweepInput } from "../sweep.ts";
import { eventOfDetail, resumed } from "./resume.ts";
import { detailOf, taskOf, timeMs, withDetail } from "./transition.ts";

/** True where a sweep at `nowMs` may take the task. */
export function isOverdue(task: TaskRow, nowMs: number): boolean {
  return task.state === "awaiting_input" && task.triggerTimeoutMs !== null && task.triggerTimeoutMs <= nowMs;
}

/**
 * The state after a sweep that took exactly the tasks `ids`, or one sentence that says why it may not take them: more
 * than the limit, or one that is not overdue.
 */
export function sweepStep(
  state: ProtocolState,
  input: SweepInput,
  ids: readonly string[],
): ProtocolState | string {
  const nowMs = timeMs(input.now);
  const limit = input.limit ?? SWEEP_LIMIT;
  if (ids.length > limit) return `a sweep took ${ids.length} tasks, its limit is ${limit}`;
  let after = state;
  for (const id of ids) {
    const task = taskOf(state, id);
    if (task === undefined || !isOverdue(task, nowMs)) {
      const was = task === undefined ? "gone" : `${task.state}, deadline ${task.triggerTimeoutMs}`;
      return `a sweep at ${nowMs} took task_instance ${id}, which was not overdue (${was})`;
    }
    after = sweptOne(after, id, nowMs);
  }
  return after;
}

function sweptOne(state: ProtocolState, id: string, nowMs: number): ProtocolState {
  const detail = detailOf(state, id);
  const answered = detail === undefined ? undefined : answeredByThen(detail, nowMs);
  const event = answered === undefined ? undefined : eventOfDetail(answered);
  if (answered === undefined || event === undefined) return resumed(state, id, timeoutEvent(), nowMs);
  return resumed(withDetail(state, answered), id, event, nowMs);
}

/** The request as the sweep leaves it: its answer if it has one, else its defaults as the answer, else as it is. */
function answeredByThen(detail: DetailRow, nowMs: number): DetailRow {
  if (detail.respondedMs !== null || detail.defaults === null) return detail;
  return {
    ...detail,
    respondedMs: nowMs,
    respondedBy: null,
    chosenOptions: detail.defaults,
    paramsInput: initialValues(detail.params),
  };
}
