/** I2: no committed state has AWAITING_INPUT together with an answer. */
import { detailOf } from "../machine/transition.ts";
import { firstOf, type Invariant } from "./view.ts";

/** At every commit. */
export const noStrandedAnswer: Invariant = {
  name: "I2",
  promise: "No committed state has a task awaiting input whose request is answered.",
  check: ({ after }) =>
    firstOf(after.tasks, ({ id, state }) => {
      const detail = detailOf(after, id);
      if (state !== "awaiting_input" || detail === undefined || detail.respondedMs === null) return undefined;
      const answer = JSON.stringify(detail.chosenOptions);
      return `task_instance ${id} is awaiting_input although hitl_detail ${id} has the answer ${answer}`;
    }),
};
