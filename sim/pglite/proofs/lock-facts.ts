/**
 * Proves the offsets in PGPROC, Latch, LOCK and PROCLOCK on a wait whose every detail is known: two backends ask for one
 * advisory lock.
 */
import { LATCH, LOCK, PGPROC, PROCLOCK } from "../build-facts.ts";
import { LOCK_TAG, readBlockers, readLockWait } from "../lock-wait.ts";
import { say, start, type ProofBench } from "./bench.ts";
import { prove } from "./prove.ts";

/** Two keys of an advisory lock, and what Postgres puts into the tag's fourth field for two keys. */
const KEYS = [4_242, 77] as const;
const TWO_KEYS = 2;
const LOCK_BOTH = `select pg_advisory_xact_lock(${KEYS.join(", ")})`;
/** Modes by number; PROC_WAIT_STATUS. */
const EXCLUSIVE_LOCK = 7;
const STATUS = { granted: 0, waiting: 1 } as const;
/** Bytes within which the fields of a LOCK lie. */
const LOCK_BYTES = 128;

/** Proves them; both backends are idle afterwards. */
export function proveLocks(bench: ProofBench): void {
  const { server, holder, waiter } = bench;
  const { backends, memory } = server;
  const { rows } = say(bench, holder, "begin; select pg_current_xact_id()");
  prove("PGPROC.xid", () => {
    const isIdle = memory.u32(waiter.proc + PGPROC.xid) === 0;
    return isIdle && memory.u32(holder.proc + PGPROC.xid) === Number(rows[0]?.[0]);
  });
  for (const backend of [server.own, holder, waiter]) {
    backends.use(backend);
    prove("PGPROC.pid", () => memory.u32(backend.proc + PGPROC.pid) === backend.pid);
    prove("PGPROC.latch", () => memory.u32(server.addressOf("MyLatch")) === backend.proc + PGPROC.latch);
  }
  say(bench, holder, LOCK_BOTH);
  const wait = start(bench, waiter, LOCK_BOTH);
  prove("WAIT_LATCH_HOOK, STATICS.stackBase or LONGJMP_STATUS", () => wait.kind === "asleep");
  proveWait(bench);
  say(bench, holder, "commit");
  prove("PGPROC.waitStatus", () => memory.u32(waiter.proc + PGPROC.waitStatus) === STATUS.granted);
  prove("LATCH.isSet", () => memory.u32(waiter.proc + PGPROC.latch + LATCH.isSet) === 1);
  const end = backends.wake(waiter);
  prove("LATCH.isSet", () => end.kind === "done");
}

/** The waiter sleeps for the holder's advisory lock. */
function proveWait({ server, holder, waiter }: ProofBench): void {
  const { memory } = server;
  const { proc } = waiter;
  const lock = memory.u32(proc + PGPROC.waitLock);
  const database = Number(
    server.lookup("select oid from pg_database where datname = current_database()")?.[0],
  );
  // The next field points to the waiter's PROCLOCK, whose first field points to the LOCK.
  prove("PGPROC.waitLock", () => {
    const isIdle = memory.u32(holder.proc + PGPROC.waitLock) === 0;
    return isIdle && lock !== 0 && memory.u32(memory.u32(proc + PGPROC.waitLock + WORD)) === lock;
  });
  prove("PGPROC.waitStatus", () => memory.u32(proc + PGPROC.waitStatus) === STATUS.waiting);
  prove("PGPROC.waitLockMode", () => memory.u32(proc + PGPROC.waitLockMode) === EXCLUSIVE_LOCK);
  prove("LATCH.isSet", () => memory.u32(proc + PGPROC.latch + LATCH.isSet) === 0);
  prove("LOCK.tagField1", () => memory.u32(lock + LOCK.tagField1) === database);
  prove("LOCK.tagField2", () => memory.u32(lock + LOCK.tagField2) === KEYS[0]);
  prove("LOCK.tagField3", () => memory.u32(lock + LOCK.tagField3) === KEYS[1]);
  prove("LOCK.tagField4", () => memory.u16(lock + LOCK.tagField4) === TWO_KEYS);
  prove("LOCK.tagType", () => memory.u8(lock + LOCK.tagType) === LOCK_TAG.advisory);
  // The only waiter's links point, in both directions, to the head of the lock's queue.
  const queue = memory.u32(proc + PGPROC.links);
  prove("PGPROC.links", () => {
    const isBothWays = memory.u32(proc + PGPROC.links + WORD) === queue;
    return isBothWays && queue > lock && queue < lock + LOCK_BYTES;
  });
  prove("LOCK.waitProcs", () => lock + LOCK.waitProcs === queue);
  const first = memory.u32(lock + LOCK.procLocks + WORD);
  const second = memory.u32(first + WORD);
  prove("LOCK.procLocks", () => {
    const isRingOfTwo = memory.u32(second + WORD) === lock + LOCK.procLocks;
    return isRingOfTwo && first !== second && second !== lock + LOCK.procLocks;
  });
  const procLocks = [first, second].map((node) => node - PROCLOCK.lockLink);
  prove("PROCLOCK.lockLink", () => procLocks.every((procLock) => memory.u32(procLock) === lock));
  const owners = procLocks.map((procLock) => memory.u32(procLock + PROCLOCK.myProc));
  prove("PROCLOCK.myProc", () => [holder.proc, proc].every((owner) => owners.includes(owner)));
  const masks = procLocks.map((procLock) => memory.u32(procLock + PROCLOCK.holdMask));
  prove("PROCLOCK.holdMask", () => {
    const isHeld = masks[owners.indexOf(holder.proc)] === 1 << EXCLUSIVE_LOCK;
    return isHeld && masks[owners.indexOf(proc)] === 0;
  });
  prove("LOCK", () => readLockWait(memory, proc)?.mode === EXCLUSIVE_LOCK);
  prove("PROCLOCK", () => readBlockers(memory, proc).join() === String(holder.proc));
}

const WORD = Uint32Array.BYTES_PER_ELEMENT;
