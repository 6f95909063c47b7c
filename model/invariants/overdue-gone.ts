/** I5, its second half: n overdue rows are gone after ceil(n / limit) sweeps. */
import { SWEEP_LIMIT, type SweepInput } from "../sweep.ts";
import { firstOf, type Invariant } from "./view.ts";

/** At the end: what is still overdue has not been swept often enough to be blamed on the batch. */
export const overdueGone: Invariant = {
  name: "I5",
  promise: "n overdue tasks are gone after ceil(n / limit) sweeps.",
  check: ({ after, history }) =>
    firstOf(after.tasks, ({ id, state, triggerTimeoutMs: deadlineMs }) => {
      if (state !== "awaiting_input" || deadlineMs === null) return undefined;
      const sweeps = history.filter(({ name, beginMs = 0 }) => name === "sweep" && beginMs >= deadlineMs);
      const limit = (sweeps[0]?.input as SweepInput | undefined)?.limit ?? SWEEP_LIMIT;
      if (sweeps.length < Math.ceil(after.tasks.length / limit) || sweeps.length === 0) return undefined;
      return `task_instance ${id} is overdue since ${deadlineMs} in spite of ${sweeps.length} sweeps`;
    }),
};
