/**
 * Deadlocks as the server breaks them: finding a cycle while it stands, and reading the server's word on it afterwards.
 */
import { DatabaseError } from "../engine/database-error.ts";
import type { DeadlockEdge, LockDescription, Wait } from "../engine/port.ts";

/** SQLSTATE deadlock_detected. */
export const deadlockDetected = "40P01";

/** What is known of a session with an unfinished (or just failed) statement. */
export interface WaitingSession {
  readonly name: string;
  readonly pid: number;
  readonly statement: string;
  readonly wait: Wait | undefined;
}

/** True when some of the sessions wait for each other in a circle. */
export function hasCycle(waits: ReadonlyMap<string, readonly string[]>): boolean {
  const reaches = (from: string, target: string, seen: Set<string>): boolean =>
    (waits.get(from) ?? []).some((next) => {
      if (next === target) return true;
      if (seen.has(next)) return false;
      seen.add(next);
      return reaches(next, target, seen);
    });
  return [...waits.keys()].some((session) => reaches(session, session, new Set()));
}

/**
 * The edges of the cycle that the server's error describes, beginning with the victim. Its detail has one line an edge:
 * `Process 7 waits for ShareLock on transaction 745; blocked by process 8.`
 */
export function deadlockEdges(
  error: DatabaseError,
  sessions: readonly WaitingSession[],
): readonly DeadlockEdge[] {
  const lines = error.detail?.matchAll(
    /Process (\d+) waits for (\w+) on (\w+).*; blocked by process (\d+)\./g,
  );
  return [...(lines ?? [])].flatMap(([, waiter, mode, object, blocker]) => {
    const session = sessions.find(({ pid }) => pid === Number(waiter));
    const waitsFor = sessions.find(({ pid }) => pid === Number(blocker));
    if (session === undefined || waitsFor === undefined) return [];
    const lock = session.wait?.lock ?? { kind: lockKind(object), mode: mode ?? "" };
    return [{ session: session.name, waitsFor: waitsFor.name, statement: session.statement, lock }];
  });
}

/**
 * The error with a detail that names sessions in place of processes and transactions, whose numbers differ from run to
 * run. The hint ("See server log for query details.") goes: the detail has the statements.
 */
export function namingSessions(error: DatabaseError, edges: readonly DeadlockEdge[]): DatabaseError {
  if (edges.length === 0) return error;
  const detail = edges.map(
    ({ session, waitsFor, statement, lock }) =>
      `${session} waits for ${lock.mode} on ${lockWords(lock)}; blocked by ${waitsFor}. ${session}: ${statement}`,
  );
  return new DatabaseError(error.message, { ...error, detail: detail.join("\n"), hint: undefined });
}

function lockKind(object: string | undefined): LockDescription["kind"] {
  return object === "transaction" || object === "relation" || object === "tuple" || object === "advisory"
    ? object
    : "other";
}

function lockWords(lock: LockDescription): string {
  const place = [lock.row, lock.relation].filter((part) => part !== undefined).join(" of ");
  return place === "" ? lock.kind : `${lock.kind} ${place}`;
}
