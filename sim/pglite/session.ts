/**
 * What the engine keeps of one session, plain data.
 */
import type { Field, Statement, Wait } from "../engine/port.ts";
import type { Backend } from "./machine/backends.ts";
import type { LockWait } from "./lock-wait.ts";
import type { PreparedStatements } from "./prepared-statements.ts";

/** A backend and what it knows; sessions of later runs use it again. */
export interface Berth {
  readonly backend: Backend;
  readonly statements: PreparedStatements;
}

/** A statement on its way. */
export interface Flight {
  readonly statement: Statement;
  /** Virtual time at which it began, in microseconds since 1970. */
  readonly startUs: number;
  /** It was parsed under a new name. */
  readonly isNew: boolean;
  /** Statics may change in it that never did before. */
  readonly mayTeach: boolean;
  /** It may leave something in its session; see StatementKind. */
  readonly marksSession: boolean;
  /** Columns, where they are known beforehand. */
  readonly fields: readonly Field[] | undefined;
  /** Notices that were handed out already. */
  noticesSent: number;
}

/** A statement that sleeps. */
export interface Waiting {
  readonly flight: Flight;
  readonly asked: LockWait | undefined;
  readonly wait: Wait;
  /** Virtual time at which this wait began, in microseconds since 1970. */
  readonly sinceUs: number;
  /** When lock_timeout or statement_timeout ends it, in virtual microseconds. */
  readonly timeoutAtUs: number | undefined;
  /** When deadlock_timeout has Postgres look for a deadlock, in virtual microseconds, and whether the session set it. */
  readonly deadlockCheck: { readonly atUs: number; readonly isChosen: boolean };
  /** The deadlock timer of this wait has fired. */
  checkedForDeadlock: boolean;
}

/** One session of a run. */
export interface Session {
  readonly name: string;
  readonly berth: Berth;
  /** "I" outside a transaction block, "T" inside, "E" inside a failed one. */
  status: string;
  /** A BEGIN that goes out with the next statement, and the virtual time at which it came, in microseconds. */
  begin: { readonly text: string; readonly messages: Buffer; readonly atUs: number } | undefined;
  /** Statements so far, which seeds the entropy of the next. */
  count: number;
  /** Something was left in it that another session must not find. */
  marked: boolean;
  listens: boolean;
  /** It may hold locks other than those of plain queries. */
  locksUnusually: boolean;
  waiting: Waiting | undefined;
  /** Text of its last statement. */
  lastStatement: string;
}
