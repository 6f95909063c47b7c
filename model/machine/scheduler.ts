/**
 * K scheduler step and skip, on the pure state. `schedule` and `queue` are relations: they skip what somebody else holds.
 */
import { decideRun, type Dag } from "../dag.ts";
import { whyNoSlot, isActive } from "../slots.ts";
import { QUEUE_LIMIT, type QueueInput } from "../queue.ts";
import type { ScheduleInput } from "../schedule.ts";
import type { SkipInput, SkipResult } from "../skip.ts";
import type { ProtocolState, TaskRow } from "../state.ts";
import { timeMs, withTask, type Transition } from "./transition.ts";

/** The state after a step that examined exactly the runs `runIds`. */
export function scheduleStep(
  state: ProtocolState,
  { dag, now }: ScheduleInput,
  runIds: readonly string[],
): ProtocolState {
  let after = state;
  for (const runId of runIds) {
    const run = state.runs.find((other) => other.dagId === dag.dagId && other.runId === runId);
    if (run?.state !== "running") continue;
    const decision = decideRun(dag, tasksOfRun(state, dag, runId));
    for (const id of decision.scheduled) {
      after = withTask(after, id, { state: "scheduled", scheduledMs: timeMs(now) });
    }
    for (const id of decision.skipped) after = withTask(after, id, { state: "skipped" });
    for (const id of decision.upstreamFailed) after = withTask(after, id, { state: "upstream_failed" });
    after = {
      ...after,
      runs: after.runs.map((other) => (other === run ? { ...run, state: decision.state } : other)),
    };
  }
  return after;
}

/** Ids of the DAG's runs that differ between the two states, in the rows that a scheduler step writes. */
export function changedRuns(before: ProtocolState, after: ProtocolState, dag: Dag): readonly string[] {
  const rows = (state: ProtocolState, runId: string): string =>
    JSON.stringify([tasksOfRun(state, dag, runId), state.runs.find((run) => run.runId === runId)]);
  return before.runs
    .filter(({ dagId, runId }) => dagId === dag.dagId && rows(before, runId) !== rows(after, runId))
    .map(({ runId }) => runId);
}

/** The state after exactly the tasks `ids` were queued, or one sentence that says why one of them may not be. */
export function queueStep(
  state: ProtocolState,
  { dag, limit = QUEUE_LIMIT }: QueueInput,
  ids: readonly string[],
): ProtocolState | string {
  if (ids.length > limit) return `a step queued ${ids.length} tasks, its limit is ${limit}`;
  let after = state;
  for (const id of ids) {
    const task = after.tasks.find((other) => other.id === id);
    if (task?.state !== "scheduled")
      return `task_instance ${id} was queued out of ${task?.state ?? "nothing"}`;
    const active = after.tasks.filter((other) => isActive(other.state));
    const limit = whyNoSlot(task, active, state.pools, dag);
    if (limit !== undefined) return `task_instance ${id} was queued in spite of ${limit}`;
    after = withTask(after, id, { state: "queued" });
  }
  return after;
}

/** Those of the tasks that have not begun are skipped. */
export function skipStep(state: ProtocolState, input: SkipInput): Transition<SkipResult> {
  const skipped = state.tasks.filter(
    (task) =>
      task.dagId === input.dagId &&
      task.runId === input.runId &&
      input.taskIds.includes(task.taskId) &&
      (task.state === null || task.state === "scheduled"),
  );
  let after = state;
  for (const { id } of skipped) after = withTask(after, id, { state: "skipped" });
  return { result: { status: 200, skipped: skipped.map(({ id }) => id) }, state: after };
}

function tasksOfRun(state: ProtocolState, dag: Dag, runId: string): readonly TaskRow[] {
  return state.tasks.filter((task) => task.dagId === dag.dagId && task.runId === runId);
}
