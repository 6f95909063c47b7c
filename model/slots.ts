/**
 * Slot accounting: which scheduled tasks may be queued, given what is at work already. Pure.
 *
 * A task that is queued or running holds its pool's slots and counts against max_active_tasks. A deferred one holds pool
 * slots where the pool says include_deferred. A parked one (awaiting_input) holds neither, but both it and the deferred
 * one count against max_active_tis_per_dag and _per_dagrun.
 */
import type { Dag } from "./dag.ts";

/** A pool. */
export interface Pool {
  readonly pool: string;
  readonly slots: number;
  readonly includeDeferred: boolean;
}

/** What the accounting needs of a task instance. */
export interface SlotTask {
  readonly id: string;
  readonly runId: string;
  readonly taskId: string;
  readonly state: string | null;
  readonly pool: string;
  readonly poolSlots: number;
}

const WORKING: readonly (string | null)[] = ["queued", "running"];
const ACTIVE: readonly (string | null)[] = ["queued", "running", "deferred", "awaiting_input"];

/** True where a task in this state is counted by any of the limits. */
export function isActive(state: string | null): boolean {
  return ACTIVE.includes(state);
}

/** Slots of the pool that `active` tasks hold. */
export function occupiedSlots({ pool, includeDeferred }: Pool, active: readonly SlotTask[]): number {
  return active
    .filter((task) => task.pool === pool)
    .filter(({ state }) => WORKING.includes(state) || (includeDeferred && state === "deferred"))
    .reduce((sum, { poolSlots }) => sum + poolSlots, 0);
}

/** Names the first limit that keeps `task` from being queued beside `active`, or undefined. */
export function whyNoSlot(
  task: SlotTask,
  active: readonly SlotTask[],
  pools: readonly Pool[],
  dag: Dag,
): string | undefined {
  const pool = pools.find((candidate) => candidate.pool === task.pool);
  if (pool === undefined) return `no pool ${task.pool}`;
  if (occupiedSlots(pool, active) + task.poolSlots > pool.slots) return `pool ${pool.pool}`;
  const inRun = active.filter(({ runId }) => runId === task.runId);
  const working = inRun.filter(({ state }) => WORKING.includes(state)).length;
  if (working >= dag.maxActiveTasks) return "max_active_tasks";
  const limits = dag.tasks.find(({ taskId }) => taskId === task.taskId);
  const same = active.filter(({ taskId }) => taskId === task.taskId);
  if (same.length >= (limits?.maxActiveTisPerDag ?? Infinity)) return "max_active_tis_per_dag";
  const sameInRun = same.filter(({ runId }) => runId === task.runId);
  if (sameInRun.length >= (limits?.maxActiveTisPerDagRun ?? Infinity)) return "max_active_tis_per_dagrun";
  return undefined;
}

/** Those of `candidates` that fit beside `active`, one after the other in their order; they hold their slots from then on. */
export function fitting(
  candidates: readonly SlotTask[],
  active: readonly SlotTask[],
  pools: readonly Pool[],
  dag: Dag,
): readonly string[] {
  const holding = [...active];
  const queued: string[] = [];
  for (const task of candidates) {
    if (whyNoSlot(task, holding, pools, dag) !== undefined) continue;
    holding.push({ ...task, state: "queued" });
    queued.push(task.id);
  }
  return queued;
}
