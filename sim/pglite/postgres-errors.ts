/**
 * Deadlock errors in words of sessions: Postgres tells processes and numbers, which mean nothing to who reads a trace.
 */
import type { DeadlockEdge, LockDescription } from "../engine/port.ts";
import { DatabaseError } from "../engine/database-error.ts";

/** An edge as Postgres tells it. */
export interface ProcessEdge {
  readonly pid: number;
  readonly blockerPid: number;
  readonly lock: LockDescription;
}

/** The edges in the detail of a deadlock error, beginning with the victim's. */
export function readDeadlockDetail(detail: string): ProcessEdge[] {
  return [...detail.matchAll(EDGE)].map(([, pid, mode = "", object = "", blocker]) => ({
    pid: Number(pid),
    blockerPid: Number(blocker),
    lock: { kind: KINDS.find((kind) => object.startsWith(kind)) ?? "other", mode },
  }));
}

/** e.g. "Process 7 waits for ShareLock on transaction 745; blocked by process 8." */
const EDGE = /Process (\d+) waits for (\w+) on (.*?); blocked by process (\d+)\./g;
const KINDS: readonly LockDescription["kind"][] = ["relation", "tuple", "transaction", "advisory"];

/** 40P01: the session is the victim of a deadlock. The detail names every edge of the cycle. */
export function deadlockDetected(edges: readonly DeadlockEdge[]): DatabaseError {
  const lines = edges.map(({ session, waitsFor, statement, lock }) => {
    const place = [lock.row, lock.relation && `of relation "${lock.relation}"`].filter(Boolean).join(" ");
    const target = place === "" ? `a ${lock.kind} lock` : place;
    return `Session ${session} waits for ${lock.mode} on ${target}; blocked by session ${waitsFor}. Session ${session}: ${statement}`;
  });
  return new DatabaseError("deadlock detected", {
    severity: "ERROR",
    code: "40P01",
    detail: lines.join("\n"),
  });
}
