/** I12: a fresh try starts fresh, and a resumed one goes on as the run that holds the task. */
import { eventOf } from "../execute-complete.ts";
import type { FinishInput } from "../finish.ts";
import { sameTask, taskOf } from "../machine/transition.ts";
import type { TaskRow } from "../state.ts";
import { firstOf, type Invariant, type View } from "./view.ts";

/** At every commit. */
export const freshTry: Invariant = {
  name: "I12",
  promise:
    "A fresh try has no next_method, next_kwargs or deadline; a resumed one has its next_method and ends itself.",
  check: (view) =>
    firstOf(view.after.tasks, notFresh) ?? firstOf(view.after.tasks, noMethod) ?? endedByAnother(view),
};

function notFresh({ id, state, nextMethod, nextKwargs, triggerTimeoutMs }: TaskRow): string | undefined {
  if (state !== null && state !== "up_for_retry") return undefined;
  if (nextMethod !== null)
    return `task_instance ${id} is to start afresh, but has the next_method ${nextMethod}`;
  if (nextKwargs !== null) return `task_instance ${id} is to start afresh, but has next_kwargs`;
  return triggerTimeoutMs === null ? undefined : `task_instance ${id} is to start afresh, but has a deadline`;
}

function noMethod({ id, state, nextMethod, nextKwargs }: TaskRow): string | undefined {
  if (state !== "scheduled" && state !== "queued") return undefined;
  if (nextMethod !== null || eventOf(nextKwargs) === undefined) return undefined;
  return `task_instance ${id} is ${state} with an event, but without the next_method that takes it: it starts anew`;
}

function endedByAnother({ before, after, operation }: View): string | undefined {
  if (operation?.name !== "finish") return undefined;
  const { taskInstanceId: id, invocationId } = operation.input as FinishInput;
  const was = taskOf(before, id);
  const is = taskOf(after, id);
  if (was === undefined || is === undefined || sameTask(was, is) || was.invocationId === invocationId)
    return undefined;
  return `the report of ${invocationId} ended task_instance ${id}, which ${was.invocationId} was running`;
}
