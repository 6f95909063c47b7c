/** I13: a run with only parked tasks stays RUNNING. */
import { LIVE_STATES } from "../dag.ts";
import { firstOf, type Invariant } from "./view.ts";

/** At every commit: nobody but the dag-run timeout ends a run while something in it is alive. */
export const parkedRun: Invariant = {
  name: "I13",
  promise: "A run whose unfinished tasks wait for a person stays running.",
  check: ({ before, after, operation }) =>
    firstOf(after.runs, ({ dagId, runId, state }) => {
      const was = before.runs.find((run) => run.dagId === dagId && run.runId === runId);
      if (was?.state !== "running" || state === "running" || operation?.name === "timeoutRun")
        return undefined;
      const alive = after.tasks.find(
        (task) => task.dagId === dagId && task.runId === runId && LIVE_STATES.includes(task.state ?? ""),
      );
      if (alive === undefined) return undefined;
      return `the run ${runId} became ${state} although its task_instance ${alive.id} is ${alive.state}`;
    }),
};
