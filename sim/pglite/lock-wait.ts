/**
 * Reads, out of the backend's memory, which lock it is about to sleep for and who holds it.
 *
 * Source: PostgreSQL's lock manager (storage/lmgr/README, lock.h). A parked session's locks belong to the dummy PGPROC of its
 * prepared transaction, whose xid names it.
 */
import type { BackendMemory } from "./backend-memory.ts";
import { LOCK, PGPROC, PROCLOCK } from "./build-facts.ts";

/** The lock that the backend is about to wait for. */
export interface LockWait {
  /** LockTagType, e.g. 5 for a transaction. */
  readonly tagType: number;
  /** The tag's four fields. */
  readonly tag: readonly [number, number, number, number];
  /** Lock mode asked for, 1 (AccessShareLock) to 8 (AccessExclusiveLock). */
  readonly mode: number;
  /** Transaction ids of the holders whose modes conflict, in the lock's own order. */
  readonly holderXids: readonly number[];
}

/** Settings in force while a statement waits, in milliseconds; 0 means none. */
export interface WaitTimeouts {
  readonly lockTimeoutMs: number;
  readonly statementTimeoutMs: number;
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

/** Whether two modes, by number, exclude each other. */
export function conflicts(mode: number, other: number): boolean {
  return ((CONFLICT_MASKS[mode] ?? 0) & (1 << other)) !== 0;
}

/** The wait of the process whose PGPROC is at `proc`, or undefined if it does not wait. */
export function readLockWait(memory: BackendMemory, proc: number): LockWait | undefined {
  const lock = memory.u32(proc + PGPROC.waitLock);
  if (lock === 0) return undefined;
  const mode = memory.u32(proc + PGPROC.waitLockMode);
  const conflicts = CONFLICT_MASKS[mode] ?? 0;
  const holderXids: number[] = [];
  const head = lock + LOCK.procLocks;
  for (let node = memory.u32(head + 4); node !== head && node !== 0; node = memory.u32(node + 4)) {
    const procLock = node - PROCLOCK.lockLink;
    const holder = memory.u32(procLock + PROCLOCK.myProc);
    if (holder === proc || (memory.u32(procLock + PROCLOCK.holdMask) & conflicts) === 0) continue;
    holderXids.push(memory.u32(holder + PGPROC.xid));
  }
  return {
    tagType: memory.u8(lock + LOCK.tagType),
    tag: [
      memory.u32(lock + LOCK.tagField1),
      memory.u32(lock + LOCK.tagField2),
      memory.u32(lock + LOCK.tagField3),
      memory.u16(lock + LOCK.tagField4),
    ],
    mode,
    holderXids,
  };
}
