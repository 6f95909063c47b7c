/** I6: no resurrection: nothing overwrites a state that it did not lock and check. */
import type { ClearInput } from "../clear.ts";
import { FINISHED_STATES } from "../dag.ts";
import { sameTask, taskOf, timeMs } from "../machine/transition.ts";
import type { RespondInput } from "../respond.ts";
import type { DetailRow, TaskRow } from "../state.ts";
import { firstOf, statusOf, type Invariant, type OperationCall, type View } from "./view.ts";

/**
 * At every commit: whoever writes a task_instance row takes it from a state that it may leave to one that it may enter. At
 * the end: no response was acknowledged after its task's attempt was over.
 */
export const noResurrection: Invariant = {
  name: "I6",
  promise: "No operation writes a task in a state that it may not take it out of.",
  check: (view) => (view.actor === undefined ? answeredTheGone(view) : movedWrongly(view)),
};

function movedWrongly({ before, after, operation }: View): string | undefined {
  if (operation === undefined) return undefined;
  return firstOf(before.tasks, (was) => {
    const is = taskOf(after, was.id);
    if (is === undefined) return removedWrongly(was, operation);
    if (sameTask(was, is) || mayMove(operation.name, was.state, is.state)) return undefined;
    return `${operation.name} took task_instance ${was.id} from ${was.state} to ${is.state}`;
  });
}

function removedWrongly(was: TaskRow, { name, input }: OperationCall): string | undefined {
  if (name === "deleteRun") return undefined;
  if (name !== "clear") return `${name} removed task_instance ${was.id}`;
  const { onlyStates } = input as ClearInput;
  if (onlyStates === null || onlyStates.includes(was.state)) return undefined;
  return `clear, asked to clear only ${onlyStates.join(" or ")}, cleared task_instance ${was.id}, which was ${was.state}`;
}

/** An acknowledged answer to an attempt that was cleared before anything was answered. */
function answeredTheGone({ after, history }: View): string | undefined {
  return firstOf(history, (call) => {
    if (call.name !== "respond" || statusOf(call) !== 200) return undefined;
    const { taskInstanceId: id, createdAt } = call.input as RespondInput;
    const request = (detail: DetailRow): boolean =>
      detail.taskInstanceId === id && detail.createdMs === timeMs(createdAt);
    if (after.details.some(request) || after.history.find(request)?.respondedMs !== null) return undefined;
    return `respond by ${call.actor} was acknowledged although task_instance ${id} had been cleared unanswered`;
  });
}

/** State changes of every operation; "*" is any state, "none" is null, "unfinished" is any that is not over. */
const MOVES: Readonly<Record<string, readonly (readonly [from: string, to: string])[]>> = {
  park: [
    ["running", "awaiting_input"],
    ["running", "scheduled"],
  ],
  respond: [["awaiting_input", "scheduled"]],
  sweep: [["awaiting_input", "scheduled"]],
  enqueue: [["scheduled", "queued"]],
  start: [["queued", "running"]],
  finish: [
    ["running", "success"],
    ["running", "failed"],
    ["running", "up_for_retry"],
  ],
  mark: [
    ["*", "success"],
    ["*", "failed"],
  ],
  schedule: [
    ["none", "scheduled"],
    ["up_for_retry", "scheduled"],
    ["none", "skipped"],
    ["none", "upstream_failed"],
  ],
  queue: [["scheduled", "queued"]],
  timeoutRun: [["unfinished", "skipped"]],
  defer: [["running", "deferred"]],
  fire: [["deferred", "scheduled"]],
  skip: [
    ["none", "skipped"],
    ["scheduled", "skipped"],
  ],
};

function mayMove(operation: string, from: string | null, to: string | null): boolean {
  const moves = Object.hasOwn(MOVES, operation) ? MOVES[operation] : undefined;
  return moves?.some((move) => isFrom(move[0], from) && move[1] === to) === true;
}

function isFrom(name: string, state: string | null): boolean {
  if (name === "*") return true;
  if (name === "unfinished") return state === null || !FINISHED_STATES.includes(state);
  return name === (state ?? "none");
}
