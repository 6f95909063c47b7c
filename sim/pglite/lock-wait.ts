/**
 * Reads, out of the server's memory, which lock a sleeping backend waits for, and for whom.
 *
 * Source: PostgreSQL's lock manager (storage/lmgr/README, lock.h, proc.h). Who blocks whom is what pg_blocking_pids() says:
 * holders of a conflicting lock, and those who stand before the waiter in the queue and ask for a conflicting one.
 */
import { LOCK, PGPROC, PROCLOCK } from "./build-facts.ts";
import type { SharedMemory } from "./machine/shared-memory.ts";

/** The lock that a backend waits for. */
export interface LockWait {
  /** LockTagType, e.g. 5 for a transaction. */
  readonly tagType: number;
  /** The tag's four fields. */
  readonly tag: readonly [number, number, number, number];
  /** Lock mode asked for, 1 (AccessShareLock) to 8 (AccessExclusiveLock). */
  readonly mode: number;
}

/** LockTagType of a relation, a tuple, a transaction, an advisory key. */
export const LOCK_TAG = { relation: 0, tuple: 4, transaction: 5, advisory: 10 } as const;

/** Names of the modes, by number, as pg_locks prints them. */
export const LOCK_MODE_NAMES: readonly string[] = [
  "NoLock",
  "AccessShareLock",
  "RowShareLock",
  "RowExclusiveLock",
  "ShareUpdateExclusiveLock",
  "ShareLock",
  "ShareRowExclusiveLock",
  "ExclusiveLock",
  "AccessExclusiveLock",
];

/** Modes that conflict with each mode (PostgreSQL manual, table 13.2), by number. */
const CONFLICTS: readonly (readonly number[])[] = [
  [],
  [8],
  [7, 8],
  [5, 6, 7, 8],
  [4, 5, 6, 7, 8],
  [3, 4, 6, 7, 8],
  [3, 4, 5, 6, 7, 8],
  [2, 3, 4, 5, 6, 7, 8],
  [1, 2, 3, 4, 5, 6, 7, 8],
];
const CONFLICT_MASKS: readonly number[] = CONFLICTS.map((modes) =>
  modes.reduce((mask, mode) => mask | (1 << mode), 0),
);

/** The lock that the backend whose PGPROC is at `proc` waits for; undefined if it sleeps for another reason. */
export function readLockWait(memory: SharedMemory, proc: number): LockWait | undefined {
  const lock = memory.u32(proc + PGPROC.waitLock);
  if (lock === 0) return undefined;
  return {
    tagType: memory.u8(lock + LOCK.tagType),
    tag: [
      memory.u32(lock + LOCK.tagField1),
      memory.u32(lock + LOCK.tagField2),
      memory.u32(lock + LOCK.tagField3),
      memory.u16(lock + LOCK.tagField4),
    ],
    mode: memory.u32(proc + PGPROC.waitLockMode),
  };
}

/** PGPROCs of those for whom the backend at `proc` waits, in the lock's own order. */
export function readBlockers(memory: SharedMemory, proc: number): number[] {
  const lock = memory.u32(proc + PGPROC.waitLock);
  if (lock === 0) return [];
  const conflicts = CONFLICT_MASKS[memory.u32(proc + PGPROC.waitLockMode)] ?? 0;
  const ahead = new Set<number>();
  for (const node of listNodes(memory, lock + LOCK.waitProcs)) {
    if (node - PGPROC.links === proc) break;
    ahead.add(node - PGPROC.links);
  }
  const blockers: number[] = [];
  for (const node of listNodes(memory, lock + LOCK.procLocks)) {
    const procLock = node - PROCLOCK.lockLink;
    const other = memory.u32(procLock + PROCLOCK.myProc);
    if (other === proc) continue;
    const holds = (memory.u32(procLock + PROCLOCK.holdMask) & conflicts) !== 0;
    const asks = ahead.has(other) && ((1 << memory.u32(other + PGPROC.waitLockMode)) & conflicts) !== 0;
    if (holds || asks) blockers.push(other);
  }
  return blockers;
}

/** Makes the backend at `proc` the first one in the queue of the lock that it waits for, which Postgres never does. */
export function moveToQueueFront(memory: SharedMemory, proc: number): void {
  const lock = memory.u32(proc + PGPROC.waitLock);
  if (lock === 0) return;
  const head = lock + LOCK.waitProcs;
  const node = proc + PGPROC.links;
  const link = (before: number, after: number): void => {
    memory.setU32(before + 4, after);
    memory.setU32(after, before);
  };
  link(memory.u32(node), memory.u32(node + 4));
  link(node, memory.u32(head + 4));
  link(head, node);
}

/** Nodes of a doubly linked list (lib/ilist.h), whose first word points to the previous one, the second to the next. */
function listNodes(memory: SharedMemory, head: number): number[] {
  const nodes: number[] = [];
  for (let node = memory.u32(head + 4); node !== head && node !== 0; node = memory.u32(node + 4))
    nodes.push(node);
  return nodes;
}
