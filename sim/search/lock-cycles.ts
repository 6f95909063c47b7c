/**
 * Cycles in the graph of lock orders: possible deadlocks, whether or not a run met one.
 */
import type { LockEdge } from "./lock-order.ts";

/** Sessions that take the same locks in an order that can close a circle. */
export interface LockCycle {
  /** The locks, each asked for by who holds the one before it, and the first by who holds the last. */
  readonly locks: readonly string[];
  /** One example for each step of the circle, by different sessions. */
  readonly edges: readonly LockEdge[];
}

/** Longer circles are not looked for. */
const MAX_CYCLE_LOCKS = 4;
/** Cycles that are reported; there may be more. */
const MAX_LOCK_CYCLES = 20;

/**
 * Cycles whose edges can stand at the same time: different sessions, no guard in common, and where two meet not both share the
 * lock (Bensalem and Havelund, "Dynamic deadlock analysis of multi-threaded programs", 2005). The same locks once, the order of the
 * result depends on nothing but `edges` as a set.
 */
export function lockCycles(edges: readonly LockEdge[]): readonly LockCycle[] {
  const sorted = edges.toSorted((a, b) => compare(JSON.stringify(a), JSON.stringify(b)));
  const cycles = new Map<string, LockCycle>();
  const extend = (path: readonly LockEdge[]): void => {
    const first = path[0] as LockEdge;
    const last = path.at(-1) as LockEdge;
    if (cycles.size === MAX_LOCK_CYCLES) return;
    for (const next of sorted) {
      if (next.held !== last.asked || next.held < first.held || !fits(path, next)) continue;
      if (next.asked === first.held) {
        if (meetsAlone(next, first)) add(cycles, [...path, next]);
      } else if (path.length + 1 < MAX_CYCLE_LOCKS && !path.some(({ held }) => held === next.asked)) {
        extend([...path, next]);
      }
    }
  };
  for (const edge of sorted) extend([edge]);
  return [...cycles.values()];
}

/** Each cycle begins at its smallest lock, so the same circle is not found again from its other locks. */
function add(cycles: Map<string, LockCycle>, edges: readonly LockEdge[]): void {
  const locks = edges.map(({ held }) => held);
  const key = JSON.stringify(locks);
  if (!cycles.has(key)) cycles.set(key, { locks, edges });
}

function fits(path: readonly LockEdge[], next: LockEdge): boolean {
  const last = path.at(-1) as LockEdge;
  return (
    meetsAlone(last, next) &&
    path.every(
      ({ session, guards }) =>
        session !== next.session && !guards.some((guard) => next.guards.includes(guard)),
    )
  );
}

/** Whether who asks in `one` has to wait for who holds in `next`. */
function meetsAlone(one: LockEdge, next: LockEdge): boolean {
  return !(one.askedShared && next.heldShared);
}

function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
