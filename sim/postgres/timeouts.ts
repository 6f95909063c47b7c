/**
 * lock_timeout and statement_timeout in virtual time, on a server that keeps them in real time.
 *
 * Of a session that mentioned one of them, each statement runs with both switched off, and with the session's settings
 * restored right after it; the harness keeps the deadlines and cancels the statement when virtual time reaches one. For
 * the transaction that is the same as the server's own timeout; the error is put into the server's words for a timeout.
 *
 * Not noticed: timeouts that a role, a database or a function sets. They run in real time.
 */
import { DatabaseError } from "../engine/database-error.ts";
import type { Statement, Wait } from "../engine/port.ts";
import type { Connection, Finished } from "./connection.ts";

/** The two settings in milliseconds; 0 is off. */
export interface Timeouts {
  readonly lockMs: number;
  readonly statementMs: number;
}

/** Which of the two fired. */
export type TimeoutKind = "lock" | "statement";

/** True for a text that may change a timeout. */
export function mentionsTimeout(text: string): boolean {
  return /\b(lock|statement)_timeout\b/i.test(text);
}

/** The settings in force for a statement of this session; undefined where none can fire. */
export async function readTimeouts(
  connection: Connection,
  statement: Statement,
): Promise<Timeouts | undefined> {
  if (mentionsTimeout(statement.text) || controlsTransaction.test(statement.text)) return undefined;
  // SHOW, because it takes no snapshot; it fails in a failed transaction, where nothing waits.
  const lock = await connection.run({ text: "show lock_timeout", rowMode: "array" });
  const whole = await connection.run({ text: "show statement_timeout", rowMode: "array" });
  if (lock.kind === "failed" || whole.kind === "failed") return undefined;
  const timeouts = { lockMs: shownMs(lock.result.rows), statementMs: shownMs(whole.result.rows) };
  return timeouts.lockMs === 0 && timeouts.statementMs === 0 ? undefined : timeouts;
}

/** Runs a statement with the server's own timers off. */
export async function runWithoutTimers(
  connection: Connection,
  statement: Statement,
  { lockMs, statementMs }: Timeouts,
): Promise<Finished> {
  const wasInTransaction = connection.inTransaction;
  const set = wasInTransaction ? "set local" : "set";
  await connection.rows({ text: `${set} lock_timeout = 0; ${set} statement_timeout = 0` });
  const finished = await connection.run(statement);
  // In a transaction that failed or ended, Postgres itself takes the local settings back.
  if (!connection.lost && (!wasInTransaction || (finished.kind === "done" && connection.inTransaction))) {
    const text = `${set} lock_timeout = ${lockMs}; ${set} statement_timeout = ${statementMs}`;
    await connection.rows({ text });
  }
  return finished;
}

/** The error that the server reports for a timeout, from the one that it reported for our cancellation. */
export function timeoutError(cancelled: DatabaseError, kind: TimeoutKind): DatabaseError {
  const code = kind === "lock" ? "55P03" : "57014";
  return new DatabaseError(`canceling statement due to ${kind} timeout`, { ...cancelled, code });
}

/** The deadlines of one statement that waits. */
export class Deadlines {
  readonly #timeouts: Timeouts;
  readonly #statementBeganMs: number;
  #waitBeganMs: number;
  #wait: Wait | undefined;

  constructor(timeouts: Timeouts, nowMs: number) {
    this.#timeouts = timeouts;
    this.#statementBeganMs = nowMs;
    this.#waitBeganMs = nowMs;
  }

  /** Notes what the statement waits for now; lock_timeout counts from the beginning of each wait. */
  observe(wait: Wait | undefined, nowMs: number): void {
    if (JSON.stringify(wait) === JSON.stringify(this.#wait)) return;
    this.#wait = wait;
    this.#waitBeganMs = nowMs;
  }

  /** The earlier of the two, in virtual milliseconds since 1970; lock_timeout if both fall together. */
  next(): { readonly atMs: number; readonly kind: TimeoutKind } {
    const { lockMs, statementMs } = this.#timeouts;
    const lockAtMs = lockMs === 0 ? Infinity : this.#waitBeganMs + lockMs;
    const statementAtMs = statementMs === 0 ? Infinity : this.#statementBeganMs + statementMs;
    return statementAtMs < lockAtMs
      ? { atMs: statementAtMs, kind: "statement" }
      : { atMs: lockAtMs, kind: "lock" };
  }
}

const controlsTransaction =
  /^\s*(begin|start|commit|end|rollback|abort|savepoint|release|prepare\s+transaction)\b/i;

const unitsMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** A setting as SHOW prints it, e.g. "0", "50ms", "2min". */
function shownMs(rows: readonly unknown[]): number {
  const [[shown]] = rows as [[string]];
  const [, amount, unit] = /^(\d+)(\w*)$/.exec(shown) ?? [];
  return Number(amount) * (unitsMs[unit ?? ""] ?? 1);
}
