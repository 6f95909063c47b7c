/** I7: answer and resume are atomic. */
import { eventOf } from "../execute-complete.ts";
import { detailOf, taskOf } from "../machine/transition.ts";
import { firstOf, type Invariant } from "./view.ts";

/** At every commit: a waiting task is answered and resumed in one commit, or neither. */
export const atomicAnswer: Invariant = {
  name: "I7",
  promise: "The commit that answers a waiting task's request is the commit that resumes the task.",
  check: ({ before, after }) =>
    firstOf(before.tasks, ({ id, state }) => {
      if (state !== "awaiting_input") return undefined;
      const is = taskOf(after, id);
      const answeredNow =
        detailOf(before, id)?.respondedMs === null && (detailOf(after, id)?.respondedMs ?? null) !== null;
      if (answeredNow && is?.state === "awaiting_input") {
        return `hitl_detail ${id} was answered in a commit that left task_instance ${id} awaiting_input`;
      }
      const event = is?.state === "scheduled" ? eventOf(is.nextKwargs) : undefined;
      if (event === undefined || "error" in event) return undefined;
      if ((detailOf(after, id)?.respondedMs ?? null) !== null) return undefined;
      return `task_instance ${id} was resumed with an answer in a commit that stored none in hitl_detail ${id}`;
    }),
};
