/**
 * What one step of a case brought about, in the form in which two engines are compared: plain data, without what may differ
 * between two runs of one server (row addresses, process and transaction numbers, the order of things that happen at once).
 */
import type { LockDescription, Move, Outcome, Settled } from "../engine/port.ts";
import { toPlain } from "../trace/canonical-json.ts";
import type { Json } from "../trace/trace.ts";

/** How a statement ended, or that it waits. */
export type OutcomeRecord =
  | {
      readonly kind: "done";
      readonly command: string;
      readonly rowCount: number | null;
      readonly rows: readonly Json[];
    }
  | {
      readonly kind: "failed";
      readonly code: string;
      readonly message: string;
      readonly constraint: string | null;
    }
  | { readonly kind: "waiting"; readonly for: readonly string[]; readonly lock: string };

/** A statement of another session that this step let go on, or that now waits for somebody else. */
export interface SettledRecord {
  readonly session: string;
  readonly outcome: OutcomeRecord;
}

/** One step. */
export interface StepRecord {
  readonly session: string;
  /** The statement, or "(timeout)" where a waiting one timed out. */
  readonly text: string;
  /** Who could have gone on, in the schedule's counting order. */
  readonly enabled: readonly string[];
  readonly outcome: OutcomeRecord;
  /** By session. */
  readonly settled: readonly SettledRecord[];
  /** Sessions that failed as a deadlock's victim, the first one first. */
  readonly victims: readonly string[];
  /** Notices as "session: message", by session. */
  readonly notices: readonly string[];
}

/** The record of a move. */
export function stepRecord(
  { session, text, enabled }: Pick<StepRecord, "session" | "text" | "enabled">,
  move: Move,
): StepRecord {
  return {
    session,
    text,
    enabled,
    outcome: outcomeRecord(move.outcome),
    settled: move.settled.map(settledRecord).toSorted((a, b) => order(a.session, b.session)),
    victims: move.deadlocks.map(({ victim }) => victim),
    notices: [...move.notices]
      .map(({ session: to, message }) => `${to}: ${message}`)
      .toSorted((a, b) => order(a.slice(0, a.indexOf(":")), b.slice(0, b.indexOf(":")))),
  };
}

function settledRecord({ session, outcome }: Settled): SettledRecord {
  return { session, outcome: outcomeRecord(outcome) };
}

function outcomeRecord(outcome: Outcome): OutcomeRecord {
  switch (outcome.kind) {
    case "done": {
      const { command, rowCount, rows } = outcome.result;
      return { kind: "done", command, rowCount, rows: rows.map(toPlain) };
    }
    case "failed": {
      const { code, message, constraint } = outcome.error;
      return { kind: "failed", code, message, constraint: constraint ?? null };
    }
    case "waiting": {
      const { for: blockers, lock } = outcome.wait;
      return { kind: "waiting", for: blockers.toSorted(order), lock: `${lockKind(lock)} ${lock.mode}` };
    }
  }
}

/** Whoever waits for a row waits for a transaction; that it is because of a row is not always known of a unique key. */
function lockKind({ kind }: LockDescription): LockDescription["kind"] {
  return kind === "row" ? "transaction" : kind;
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
