/** Liveness: nobody waits for ever who was answered or had a deadline. */
import { detailOf } from "../machine/transition.ts";
import { firstOf, type Invariant } from "./view.ts";

/** At the end of a run that went on for one sweep interval after the last deadline. */
export const liveness: Invariant = {
  name: "liveness",
  promise: "Every task that was answered or had a deadline has left AWAITING_INPUT.",
  check: ({ after }) =>
    firstOf(after.tasks, ({ id, state, triggerTimeoutMs }) => {
      if (state !== "awaiting_input") return undefined;
      const detail = detailOf(after, id);
      if (detail !== undefined && detail.respondedMs !== null) {
        return `task_instance ${id} still awaits input, although its request was answered`;
      }
      if (triggerTimeoutMs === null) return undefined;
      return `task_instance ${id} still awaits input, although its deadline ${triggerTimeoutMs} has passed`;
    }),
};
