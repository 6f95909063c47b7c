/** I6: no resurrection: nothing overwrites a state that it did not lock and check. */
import { taskOf } from "../machine/transition.ts";
import { firstOf, type Invariant } from "./view.ts";

/** At every commit: the operation may take a task from the state it was in to the one it is in. */
export const noResurrection: Invariant = {
  name: "I6",
  promise: "No operation takes a task out of a state that it may not leave.",
  check: ({ before, after, operation }) => {
    if (operation === undefined) return undefined;
    return firstOf(before.tasks, ({ id, state: from }) => {
      const to = taskOf(after, id)?.state;
      if (to === undefined || to === from || mayMove(operation.name, from, to)) return undefined;
      return `${operation.name} took task_instance ${id} from ${from} to ${to}`;
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
