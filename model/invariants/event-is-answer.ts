/** I4: the delivered event equals the stored answer. */
import { eventOf } from "../execute-complete.ts";
import { sameJson } from "../json.ts";
import { eventOfDetail } from "../machine/resume.ts";
import { detailOf } from "../machine/transition.ts";
import { FAIL_METHOD } from "../resume.ts";
import { firstOf, type Invariant } from "./view.ts";

/** At every commit, for every task that is on its way to execute_complete. */
export const eventIsAnswer: Invariant = {
  name: "I4",
  promise: "The event that a resumed task is given equals the stored answer.",
  check: ({ after }) =>
    firstOf(after.tasks, ({ id, state, nextMethod, nextKwargs }) => {
      if (state !== "scheduled" && state !== "queued") return undefined;
      if (nextMethod === null || nextMethod === FAIL_METHOD) return undefined;
      const detail = detailOf(after, id);
      const stored = detail === undefined ? undefined : eventOfDetail(detail);
      const event = eventOf(nextKwargs);
      if (event === undefined) return `task_instance ${id} is ${state} with next_method but without an event`;
      const delivered = JSON.stringify(event);
      if ("error" in event) {
        if (stored === undefined) return undefined;
        return `task_instance ${id} is given ${delivered} although hitl_detail ${id} has ${JSON.stringify(stored)}`;
      }
      if (stored !== undefined && sameJson(event, stored)) return undefined;
      const answer = stored === undefined ? "no answer" : JSON.stringify(stored);
      return `task_instance ${id} is given ${delivered}, but hitl_detail ${id} has ${answer}`;
    }),
};
