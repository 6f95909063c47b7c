/**
 * Fairness of relation and advisory locks: a request that the holders would allow still queues behind an earlier waiter
 * with which it conflicts (storage/lmgr/README; ProcSleep).
 *
 * A waiting statement of ours is not in Postgres' own queue, so a later request is granted there. Its locks are looked at
 * afterwards; if one of them should have queued, the statement is taken back and waits.
 */
import type { Backend } from "./backend.ts";
import { conflicts, LOCK_MODE_NAMES, LOCK_TAG, type LockWait } from "./lock-wait.ts";
import { readReply } from "./wire.ts";
import type { YardSession } from "./yard-session.ts";

/** A lock that is held: its tag's type and fields, and its mode's number. */
export type HeldLock = Pick<LockWait, "tagType" | "tag" | "mode">;

const HELD = `
  select locktype, coalesce(database, 0), coalesce(relation, classid, 0), coalesce(objid, 0), coalesce(objsubid, 0), mode
  from pg_locks where pid = pg_backend_pid() and granted and locktype in ('relation', 'advisory')`;

/** The relation and advisory locks of the transaction on the track. */
export function heldLocks(backend: Backend): HeldLock[] {
  const surroundings = { nowUs: backend.clock.nowUs, entropySeed: 0, statics: backend.statics() };
  return readReply(backend.execute(HELD, [], surroundings).reply).rows.map(([type, ...fields]) => ({
    tagType: type === "advisory" ? LOCK_TAG.advisory : LOCK_TAG.relation,
    tag: [Number(fields[0]), Number(fields[1]), Number(fields[2]), Number(fields[3])],
    mode: LOCK_MODE_NAMES.indexOf(fields[4] ?? ""),
  }));
}

/**
 * Of the sessions in `queue` that wait for a relation or advisory lock, those behind whom `session` has to queue although
 * it holds `held`; none that waits for `session` itself, which goes before it.
 */
export function mustQueueBehind(
  session: YardSession,
  held: readonly HeldLock[],
  queue: readonly YardSession[],
): { readonly ahead: readonly YardSession[]; readonly lock: HeldLock } | undefined {
  for (const lock of held) {
    const ahead = queue.filter(
      (other) => other !== session && other.waiting?.request !== undefined && precedes(other, session, lock),
    );
    if (ahead.length > 0) return { ahead, lock };
  }
  return undefined;
}

/** Whether somebody waits for a lock that has such a queue. */
export function hasQueue(queue: readonly YardSession[]): boolean {
  return queue.some(({ waiting }) => waiting?.request !== undefined);
}

function precedes(other: YardSession, session: YardSession, lock: HeldLock): boolean {
  const { waiting } = other;
  const request = waiting?.request;
  if (!waiting || !request || waiting.wait.for.includes(session.name)) return false;
  const sameTag =
    request.tagType === lock.tagType && request.tag.every((field, index) => field === lock.tag[index]);
  return sameTag && conflicts(lock.mode, request.mode);
}
