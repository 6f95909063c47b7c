/**
 * Where two runs of one token on two engines differ first, in words. What no two engines can have in common is left out:
 * numbers of processes and transactions, row addresses, and values that the database's own clock and random numbers made.
 */
import type { Wait } from "../engine/port.ts";
import { canonicalJson } from "../trace/canonical-json.ts";
import type { Json, RunResult, TracedOutcome, TracedSettled, TraceStep } from "../trace/trace.ts";
import { clockAndRandomNames, isEngineBound, withoutDrawnValues } from "./engine-bound.ts";

/** The first difference between two runs. */
export interface RunDifference {
  /** Counts from 1; one more than the last step where only what came of the run differs. */
  readonly step: number;
  /** Whose step it was in the first run, and what it did; undefined at the end. */
  readonly session: string | undefined;
  readonly action: string | undefined;
  /** What differs, e.g. "the outcome", "who can go on", "the violations". */
  readonly what: string;
  /** In the first run, and in the second. */
  readonly expected: string;
  readonly found: string;
  /** True where PostgreSQL itself may do either: who goes on first of several, who fails in a deadlock. */
  readonly isOpen: boolean;
}

/** The first difference; undefined where the runs agree. `schema`: the race's, whose defaults may read clocks. */
export function runDifference(
  expected: RunResult,
  found: RunResult,
  schema: string,
): RunDifference | undefined {
  const drawn = clockAndRandomNames(schema).length > 0;
  const count = Math.max(expected.steps.length, found.steps.length);
  for (let at = 0; at < count; at += 1) {
    const [one, other] = [expected.steps[at], found.steps[at]];
    const [oneFacts, otherFacts] = [stepFacts(one, drawn), stepFacts(other, drawn)];
    for (const [what, words] of Object.entries(oneFacts)) {
      const otherWords = otherFacts[what] ?? "";
      if (words === otherWords) continue;
      const { session, action } = one ?? {};
      const isOpen = mayBeEither(one, other);
      return {
        step: at + 1,
        session,
        action: action && actionWords(action),
        what,
        expected: words,
        found: otherWords,
        isOpen,
      };
    }
  }
  const [oneEnd, otherEnd] = [violationWords(expected), violationWords(found)];
  if (oneEnd === otherEnd) return undefined;
  return atEnd(expected, "the violations", oneEnd, otherEnd);
}

/** A difference in what came of the runs. */
export function atEnd(run: RunResult, what: string, expected: string, found: string): RunDifference {
  const step = run.steps.length + 1;
  return { step, session: undefined, action: undefined, what, expected, found, isOpen: false };
}

/** Several waiters that went on or might have, or a deadlock on either side. */
function mayBeEither(one: TraceStep | undefined, other: TraceStep | undefined): boolean {
  const steps = [one, other].filter((step) => step !== undefined);
  const woken = new Set(steps.flatMap(({ settled }) => settled.map(({ session }) => session)));
  return woken.size > 1 || steps.some(({ deadlocks }) => deadlocks.length > 0);
}

/** All that is compared of a step, by what it is, in the order in which a difference is told. */
function stepFacts(step: TraceStep | undefined, drawn: boolean): Readonly<Record<string, string>> {
  return {
    "the step": step === undefined ? "none, the run is over" : `${step.session}: ${actionWords(step.action)}`,
    "who can go on": step?.enabled.join(", ") ?? "",
    "the statement's values": step?.action.kind === "statement" ? rowWords(step.action.values, drawn) : "",
    "the outcome": step === undefined ? "" : outcomeWords(step.outcome, textOf(step), drawn),
    "who goes on": step === undefined ? "" : settledWords(step.settled, drawn),
    "the deadlocks": step?.deadlocks.map(deadlockWords).join("; ") ?? "",
    "the commits": step?.commits.join(", ") ?? "",
  };
}

function textOf({ action }: TraceStep): string {
  return action.kind === "sleep" ? "" : action.text;
}

function actionWords(action: TraceStep["action"]): string {
  if (action.kind === "sleep") return `sleeps ${action.durationMs} ms`;
  const text = action.text.replace(/\s+/g, " ").trim();
  return action.kind === "timeout" ? `times out in "${text}"` : `"${text}"`;
}

function outcomeWords(outcome: TracedOutcome, text: string, drawn: boolean): string {
  switch (outcome.kind) {
    case "waiting":
      return waitWords(outcome.wait);
    case "failed":
      return outcome.code === deadlockDetected
        ? `fails with ${outcome.code}`
        : [`fails with ${outcome.code} ${outcome.message}`, outcome.detail].filter(Boolean).join(": ");
    case "done":
      return `${outcome.command} ${outcome.rowCount ?? ""} ${isEngineBound(text) ? "" : rowWords(outcome.rows, drawn)}`.trim();
  }
}

function rowWords(rows: Json, drawn: boolean): string {
  return canonicalJson(drawn ? withoutDrawnValues(rows) : rows);
}

function waitWords({ for: names, lock }: Wait): string {
  const place = lock.relation === undefined ? lock.kind : `${lock.kind} of ${lock.relation}`;
  return `waits for ${names.toSorted().join(" and ")} (${place}, ${lock.mode})`;
}

/** In the order of names: who of several goes on first is open, and shows in the commits where it matters. */
function settledWords(settled: readonly TracedSettled[], drawn: boolean): string {
  return settled
    .map(
      ({ session, wokenBy, text, outcome }) =>
        `${session}, woken by ${wokenBy}: ${outcomeWords(outcome, text, drawn)}`,
    )
    .toSorted()
    .join("; ");
}

function deadlockWords({ victim, edges }: TraceStep["deadlocks"][number]): string {
  const waits = edges.map(({ session, waitsFor }) => `${session} waits for ${waitsFor}`).toSorted();
  return `victim ${victim} (${waits.join(", ")})`;
}

function violationWords({ violations }: RunResult): string {
  return (
    violations
      .map(({ invariant, step }) => `${invariant} at step ${step}`)
      .toSorted()
      .join(", ") || "none"
  );
}

/** SQLSTATE deadlock_detected; its detail names locks, which are compared as waits. */
const deadlockDetected = "40P01";
