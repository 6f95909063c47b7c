/** I6: no resurrection: nothing overwrites a state that it did not lock and check. */
import { sameTask, taskOf } from "../machine/transition.ts";
import { firstOf, type Invariant } from "./view.ts";

/** At every commit: whoever writes a task_instance row takes it from a state that it may leave to one that it may enter. */
export const noResurrection: Invariant = {
  name: "I6",
  promise: "No operation writes a task in a state that it may not take it out of.",
  check: ({ before, after, operation }) => {
    if (operation === undefined) return undefined;
    return firstOf(before.tasks, (was) => {
      const is = taskOf(after, was.id);
      if (is === undefined || sameTask(was, is) || mayMove(operation.name, was.state, is.state)) {
        return undefined;
      }
      return `${operation.name} took task_instance ${was.id} from ${was.state} to ${is.state}`;
    });
  },
};

/** State changes of every operation; "*" is any state. */
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
};

function mayMove(operation: string, from: string | null, to: string | null): boolean {
  const moves = Object.hasOwn(MOVES, operation) ? MOVES[operation] : undefined;
  return moves?.some((move) => (move[0] === "*" || move[0] === from) && move[1] === to) === true;
}
