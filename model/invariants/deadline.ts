/**
 * I5: no timeout and no default before the deadline; an acknowledged answer beats the timeout; the deadline is the one that
 * the park asked for.
 */
import type { ResumeEvent } from "../event.ts";
import { eventOf } from "../execute-complete.ts";
import { detailOf, sameTask, taskOf, timeMs } from "../machine/transition.ts";
import type { ParkInput } from "../park.ts";
import type { DetailRow, TaskRow } from "../state.ts";
import { firstOf, type Invariant, type View } from "./view.ts";

/** At every commit that gives a task an event, answers a request, or parks. */
export const deadline: Invariant = {
  name: "I5",
  promise: "No timeout and no default comes before the deadline or in place of an acknowledged answer.",
  check: (view) =>
    firstOf(view.after.tasks, (task) => timedOutWrongly(task, view)) ??
    firstOf(view.after.details, (detail) => defaultedWrongly(detail, view)) ??
    parkedWrongly(view),
};

function timedOutWrongly(task: TaskRow, { before, nowMs }: View): string | undefined {
  const was = taskOf(before, task.id);
  const event = eventOf(task.nextKwargs);
  if (was === undefined || event === undefined || !isTimeout(event) || !isGiven(was, task)) return undefined;
  const what = `task_instance ${task.id} was given ${"error" in event ? "the timeout" : "the defaults"}`;
  const answer = detailOf(before, task.id);
  if (answer !== undefined && answer.respondedMs !== null && !isStoredDefault(was, answer, event)) {
    const by = answer.respondedBy?.name ?? "the defaults";
    return `${what} although hitl_detail ${task.id} had an answer by ${by}`;
  }
  if (was.triggerTimeoutMs === null) return `${what} although it had no deadline (it was ${was.state})`;
  if (was.triggerTimeoutMs <= nowMs) return undefined;
  return `${what} at ${nowMs}, ${was.triggerTimeoutMs - nowMs} ms before its deadline`;
}

/** A trigger stores the defaults first and delivers them afterwards. */
function isStoredDefault(was: TaskRow, answer: DetailRow, event: ResumeEvent): boolean {
  return was.state === "deferred" && answer.respondedBy === null && !("error" in event);
}

/** The defaults took the place of a person's answer. */
function defaultedWrongly(detail: DetailRow, { before }: View): string | undefined {
  const was = detailOf(before, detail.taskInstanceId);
  if (was === undefined || was.createdMs !== detail.createdMs) return undefined;
  if (was.respondedBy === null || detail.respondedMs === null || detail.respondedBy !== null)
    return undefined;
  return `the defaults took the place of the answer by ${was.respondedBy.name} in hitl_detail ${detail.taskInstanceId}`;
}

function parkedWrongly({ before, after, operation }: View): string | undefined {
  if (operation?.name !== "park") return undefined;
  const { taskInstanceId: id, timeoutMs, now } = operation.input as ParkInput;
  const was = taskOf(before, id);
  const is = taskOf(after, id);
  if (was === undefined || is?.state !== "awaiting_input") return undefined;
  const due =
    was.state === "awaiting_input"
      ? was.triggerTimeoutMs
      : timeoutMs === null
        ? null
        : timeMs(now) + timeoutMs;
  if (is.triggerTimeoutMs === due) return undefined;
  const words = (ms: number | null): string => (ms === null ? "no deadline" : `the deadline ${ms}`);
  return `park left task_instance ${id} with ${words(is.triggerTimeoutMs)}, not with ${words(due)}`;
}

function isTimeout(event: ResumeEvent): boolean {
  return "error" in event ? event.error_type === "timeout" : event.timedout;
}

/** True where this commit scheduled the task, for the first time or again. */
function isGiven(was: TaskRow, is: TaskRow): boolean {
  return is.state === "scheduled" && !sameTask(was, is);
}
