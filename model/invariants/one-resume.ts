/** I3: one resume and one execute_complete per request. */
import { eventOf } from "../execute-complete.ts";
import { sameTask, taskOf } from "../machine/transition.ts";
import type { ProtocolState, TaskRow } from "../state.ts";
import { firstOf, type Invariant, type OperationCall } from "./view.ts";

/**
 * At every commit: no operation resumes a task that was resumed or has ended. Over the history: a task's runs that
 * ended with a report are no more than its requests.
 */
export const oneResume: Invariant = {
  name: "I3",
  promise: "A request leads to one resume and one execute_complete.",
  check: ({ before, after, operation, history }) =>
    (operation !== undefined && RESUMERS.includes(operation.name)
      ? firstOf(before.tasks, (task) => resumedAgain(task, before, after, operation))
      : undefined) ?? executedAgain(history),
};

const RESUMERS: readonly string[] = ["park", "respond", "sweep", "fire"];
const RESUMABLE: readonly (string | null)[] = ["running", "awaiting_input", "deferred"];

function resumedAgain(
  was: TaskRow,
  before: ProtocolState,
  after: ProtocolState,
  operation: OperationCall,
): string | undefined {
  const is = taskOf(after, was.id);
  if (is === undefined || is.state !== "scheduled") return undefined;
  if (sameTask(was, is)) return undefined;
  const hasEvent = was.state === "running" && eventOf(was.nextKwargs) !== undefined;
  const resumedBefore = hasEvent && !parksForItself(operation, was, before);
  if (RESUMABLE.includes(was.state) && !resumedBefore) return undefined;
  const state = resumedBefore ? "running with an event already" : was.state;
  return `${operation.name} resumed task_instance ${was.id}, which was ${state}`;
}

/**
 * The run that was given the event of one request has made another, and parks: the event that it was started with is kept for a
 * repeated start, and is not that request's.
 */
function parksForItself(
  { name, input }: OperationCall,
  { id, invocationId }: TaskRow,
  { details }: ProtocolState,
): boolean {
  const isItself = (input as { invocationId?: string }).invocationId === invocationId;
  const hasAsked = details.some(
    (detail) => detail.taskInstanceId === id && detail.invocationId === invocationId,
  );
  return name === "park" && isItself && hasAsked;
}

function executedAgain(history: readonly OperationCall[]): string | undefined {
  const asked = invocationsOf(history, "ask");
  for (const [id, finished] of invocationsOf(history, "finish")) {
    const requests = asked.get(id)?.size ?? 0;
    if (requests === 0 || finished.size <= requests) continue;
    const runs = [...finished].join(", ");
    return `task_instance ${id} asked ${requests} request(s), but ${finished.size} runs completed it: ${runs}`;
  }
  return undefined;
}

/** Invocations whose calls of one operation got 200, by task. */
function invocationsOf(history: readonly OperationCall[], name: string): Map<string, Set<string>> {
  const byTask = new Map<string, Set<string>>();
  for (const call of history) {
    if (call.name !== name || (call.result as { status?: number } | undefined)?.status !== 200) continue;
    const { taskInstanceId, invocationId } = call.input as { taskInstanceId: string; invocationId: string };
    byTask.set(taskInstanceId, (byTask.get(taskInstanceId) ?? new Set()).add(invocationId));
  }
  return byTask;
}
