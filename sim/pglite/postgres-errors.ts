/**
 * The errors that the harness raises in Postgres' place, worded and coded as Postgres does (manual, appendix A).
 */
import { DatabaseError } from "../engine/database-error.ts";
import type { DeadlockEdge } from "../engine/port.ts";

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

/** 55P03 or 57014: the virtual clock reached the timeout of a waiting statement. */
export function timedOut(kind: "lock" | "statement"): DatabaseError {
  const code = kind === "lock" ? "55P03" : "57014";
  return new DatabaseError(`canceling statement due to ${kind} timeout`, { severity: "ERROR", code });
}

/** 25P02: a statement after a failure, before ROLLBACK. */
export function transactionAborted(): DatabaseError {
  const message = "current transaction is aborted, commands ignored until end of transaction block";
  return new DatabaseError(message, { severity: "ERROR", code: "25P02" });
}

/** 3B001: no such savepoint. */
export function noSuchSavepoint(name: string): DatabaseError {
  return new DatabaseError(`savepoint "${name}" does not exist`, { severity: "ERROR", code: "3B001" });
}
