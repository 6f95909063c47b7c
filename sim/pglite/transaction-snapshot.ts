/**
 * Reads the snapshot of the last statement and puts an earlier one back, so that a re-run sees what it saw at first.
 *
 * `GetSnapshotData()` reuses the static snapshot as long as its completion count equals the shared one (procarray.c,
 * GetSnapshotDataReuse). So the fields are written back together with the present count, and the count is set to 0
 * afterwards, which no later snapshot equals.
 */
import type { BackendMemory } from "./backend-memory.ts";
import { SNAPSHOT, TRANSAM } from "./build-facts.ts";

/** A snapshot's contents; transaction ids are 32-bit. */
export interface TransactionSnapshot {
  readonly xmin: number;
  readonly xmax: number;
  readonly xip: Uint8Array;
  readonly subxip: Uint8Array;
  readonly suboverflowed: number;
}

/** Access to the backend's static snapshot. */
export interface SnapshotDoor {
  /** The snapshot that the last statement ran under. */
  read(): TransactionSnapshot;
  /** Makes the next snapshots equal `snapshot`, until `release` or until a transaction ends. */
  impose(snapshot: TransactionSnapshot): void;
  /** Makes the next snapshots equal `snapshot` in the midst of a statement, or fresh where it is undefined. */
  follow(snapshot: TransactionSnapshot | undefined): void;
  /** Lets the next snapshot be a fresh one. */
  release(): void;
}

const XID_BYTES = 4;

/** `address` is that of `CurrentSnapshotData`, `transam` that of the shared `TransamVariablesData`. */
export function snapshotDoor(memory: BackendMemory, address: number, transam: number): SnapshotDoor {
  const array = (pointer: number, count: number): Uint8Array =>
    memory.copy(memory.u32(address + pointer), memory.u32(address + count) * XID_BYTES);
  const writeArray = (pointer: number, count: number, xids: Uint8Array): void => {
    memory.setU32(address + count, xids.length / XID_BYTES);
    if (xids.length > 0) memory.write(memory.u32(address + pointer), xids);
  };
  const release = (): void => memory.setU64(address + SNAPSHOT.completionCount, 0n);
  const impose = (snapshot: TransactionSnapshot): void => {
    memory.setU32(address + SNAPSHOT.xmin, snapshot.xmin);
    memory.setU32(address + SNAPSHOT.xmax, snapshot.xmax);
    writeArray(SNAPSHOT.xip, SNAPSHOT.xipCount, snapshot.xip);
    writeArray(SNAPSHOT.subxip, SNAPSHOT.subxipCount, snapshot.subxip);
    memory.setU8(address + SNAPSHOT.suboverflowed, snapshot.suboverflowed);
    memory.setU64(address + SNAPSHOT.completionCount, memory.u64(transam + TRANSAM.completionCount));
  };
  return {
    read: () => ({
      xmin: memory.u32(address + SNAPSHOT.xmin),
      xmax: memory.u32(address + SNAPSHOT.xmax),
      xip: array(SNAPSHOT.xip, SNAPSHOT.xipCount),
      subxip: array(SNAPSHOT.subxip, SNAPSHOT.subxipCount),
      suboverflowed: memory.u8(address + SNAPSHOT.suboverflowed),
    }),
    impose,
    follow: (snapshot) => (snapshot ? impose(snapshot) : release()),
    release,
  };
}
