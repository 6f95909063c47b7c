/** I9: slot accounting: parked tasks hold no worker slot and no pool slot, but count as active instances of their task. */
import type { Dag } from "../dag.ts";
import type { QueueInput } from "../queue.ts";
import { isActive, occupiedSlots, whyNoSlot } from "../slots.ts";
import type { ProtocolState } from "../state.ts";
import { firstOf, type Invariant, type OperationCall, type View } from "./view.ts";

/** At every commit of a queue step: no limit is exceeded. At the end: nothing that fits was left scheduled. */
export const slots: Invariant = {
  name: "I9",
  promise: "No limit is exceeded, and no scheduled task is kept waiting by one that holds no slot.",
  check: (view) => (view.actor === undefined ? starved(view) : exceeded(view)),
};

function exceeded({ after, operation }: View): string | undefined {
  if (operation?.name !== "queue") return undefined;
  const { dag } = operation.input as QueueInput;
  const active = after.tasks.filter(({ state }) => isActive(state));
  const pool = after.pools.find((candidate) => occupiedSlots(candidate, active) > candidate.slots);
  if (pool !== undefined)
    return `pool ${pool.pool} has ${pool.slots} slots, ${occupiedSlots(pool, active)} are taken`;
  return overLimit(after, dag);
}

function overLimit({ runs, tasks }: ProtocolState, dag: Dag): string | undefined {
  const active = tasks.filter(({ state }) => isActive(state));
  for (const { runId } of runs) {
    const working = active.filter(
      (task) => task.runId === runId && ["queued", "running"].includes(task.state ?? ""),
    );
    if (working.length > dag.maxActiveTasks)
      return `${working.length} tasks of ${runId} are at work, max_active_tasks is ${dag.maxActiveTasks}`;
  }
  return firstOf(dag.tasks, ({ taskId, maxActiveTisPerDag }) => {
    const same = active.filter((task) => task.taskId === taskId).length;
    if (same <= (maxActiveTisPerDag ?? Infinity)) return undefined;
    return `${same} instances of ${taskId} are active, max_active_tis_per_dag is ${maxActiveTisPerDag}`;
  });
}

/** The run ended with a queue step that changed nothing, so what fits by then should have been queued. */
function starved({ after, history }: View): string | undefined {
  const last = history.findLast(({ name }: OperationCall) => name === "queue");
  if (last === undefined) return undefined;
  const { dag } = last.input as QueueInput;
  const active = after.tasks.filter(({ state }) => isActive(state));
  return firstOf(after.tasks, (task) => {
    const run = after.runs.find(({ runId }) => runId === task.runId);
    if (task.state !== "scheduled" || run?.state !== "running") return undefined;
    if (whyNoSlot(task, active, after.pools, dag) !== undefined) return undefined;
    return `task_instance ${task.id} was left scheduled although every limit has room for it`;
  });
}
