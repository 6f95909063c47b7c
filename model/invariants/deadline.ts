/**
 * I5: no timeout and no default before the deadline; an acknowledged answer beats the timeout.
 *
 * That n overdue rows are gone after ceil(n / 100) sweeps is checked by the liveness goal.
 */
import type { ResumeEvent } from "../event.ts";
import { eventOf } from "../execute-complete.ts";
import { detailOf, sameTask, taskOf } from "../machine/transition.ts";
import type { TaskRow } from "../state.ts";
import { firstOf, type Invariant } from "./view.ts";

/** At every commit that gives a task an event. */
export const deadline: Invariant = {
  name: "I5",
  promise: "No timeout and no default comes before the deadline or in place of an acknowledged answer.",
  check: ({ before, after, nowMs }) =>
    firstOf(after.tasks, (task) => {
      const was = taskOf(before, task.id);
      const event = eventOf(task.nextKwargs);
      if (was === undefined || event === undefined || !isTimeout(event) || !isGiven(was, task)) {
        return undefined;
      }
      const what = `task_instance ${task.id} was given ${"error" in event ? "the timeout" : "the defaults"}`;
      const answer = detailOf(before, task.id);
      if (answer !== undefined && answer.respondedMs !== null) {
        const by = answer.respondedBy?.name ?? "the defaults";
        return `${what} although hitl_detail ${task.id} had an answer by ${by}`;
      }
      if (was.triggerTimeoutMs === null) return `${what} although it had no deadline (it was ${was.state})`;
      if (was.triggerTimeoutMs <= nowMs) return undefined;
      return `${what} at ${nowMs}, ${was.triggerTimeoutMs - nowMs} ms before its deadline`;
    }),
};

function isTimeout(event: ResumeEvent): boolean {
  return "error" in event ? event.error_type === "timeout" : event.timedout;
}

/** True where this commit scheduled the task, for the first time or again. */
function isGiven(was: TaskRow, is: TaskRow): boolean {
  return is.state === "scheduled" && !sameTask(was, is);
}
