/**
 * What the yard remembers of one session, plain data.
 */
import type { Statement, Wait } from "../engine/port.ts";
import type { Surroundings } from "./backend.ts";
import type { SessionStatics } from "./session-statics.ts";
import type { LockWait } from "./lock-wait.ts";
import type { Progress } from "./progress-tally.ts";
import type { TransactionSnapshot } from "./transaction-snapshot.ts";

/** The snapshots under which a statement ran. */
export interface Snapshots {
  /** The one that it began with. */
  readonly snapshot: TransactionSnapshot | undefined;
  /** Where it had to wait: the moment after which its triggers and functions saw afresh, and what they saw. */
  readonly waitedAt: Progress | undefined;
  readonly laterSnapshot: TransactionSnapshot | undefined;
}

/** A statement of the open transaction, with all that its re-run needs to be the same. */
export interface LoggedStatement extends Snapshots {
  readonly text: string;
  readonly values: readonly unknown[];
  readonly surroundings: Surroundings;
  /** The backend's answer at the first run, byte for byte. */
  readonly reply: Buffer;
  /** Sequences that it advanced: the pages before, to be put back for the re-run. */
  readonly sequences: readonly SequencePage[];
  /** For SKIP LOCKED: the statement narrowed to the row versions that it took. */
  readonly pinned: { readonly text: string; readonly values: readonly unknown[] } | undefined;
}

/** The one page of a sequence at some moment. */
export interface SequencePage {
  readonly fileNumber: number;
  readonly page: Uint8Array;
}

/** An open savepoint, and how much of the transaction stands before it. */
export interface Savepoint {
  readonly name: string;
  /** Statements in the log up to and with SAVEPOINT. */
  readonly logged: number;
  readonly settings: number;
}

/** An open transaction block. */
export interface OpenTransaction {
  /** `nowUs` is the time of its first statement, with which BEGIN is sent. */
  readonly begin: { readonly text: string; nowUs: number };
  /**
   * Where Postgres keeps it: "unstarted" (BEGIN has not been sent yet), "track" (open on the backend), "siding" (a
   * prepared transaction), "ended" (rolled back by a failure, and waiting for its ROLLBACK).
   */
  place: "unstarted" | "track" | "siding" | "ended";
  /** A statement failed; only ROLLBACK and ROLLBACK TO are let through. */
  failed: boolean;
  /** The open savepoints, outermost first. */
  readonly savepoints: Savepoint[];
  log: LoggedStatement[];
  /** SET statements whose effect outlives the transaction if it commits. */
  readonly settings: string[];
  /** Transaction id of the prepared transaction, while on the siding. */
  sidingXid: number;
}

/** A statement that waits. */
export interface WaitingStatement {
  readonly statement: Statement;
  readonly surroundings: Surroundings;
  /** The snapshot to run again under; undefined where a fresh one is due. */
  readonly snapshot: TransactionSnapshot | undefined;
  /** How far it had come when it had to wait. */
  readonly waitedAt: Progress;
  wait: Wait;
  /** The lock asked for, where requests for it form a queue: a relation's or an advisory one. */
  readonly request: Pick<LockWait, "tagType" | "tag" | "mode"> | undefined;
  /** When lock_timeout or statement_timeout ends it, in virtual microseconds, and which of them. */
  readonly timeout: { readonly atUs: number; readonly kind: "lock" | "statement" } | undefined;
}

/** One session of the yard. */
export interface YardSession {
  readonly name: string;
  /** Counts from 0; names its siding. */
  readonly index: number;
  /** The state of random() with which the session began, and that of now. */
  readonly fresh: SessionStatics;
  statics: SessionStatics;
  /** Statements so far, which seeds the entropy of the next. */
  statements: number;
  /** SET statements in force. */
  readonly settings: string[];
  transaction: OpenTransaction | undefined;
  waiting: WaitingStatement | undefined;
}
