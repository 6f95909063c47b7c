/**
 * Counts over the cases of a differential search, and what makes a search vacuous.
 */
import type { Comparison } from "./compare-case.ts";

/** Counts. */
export interface DifferTally {
  readonly cases: number;
  /** Statements sent, those that begin a transaction left out. */
  readonly statements: number;
  /** Statements that had to wait. */
  readonly waits: number;
  /** Cases in which a statement waited. */
  readonly waited: number;
  /** Cases in which a deadlock was broken. */
  readonly deadlocked: number;
  /** Cases in which a waiting statement timed out. */
  readonly timedOut: number;
  /** Cases in which the in-process engine refused a statement by name; they are compared up to there. */
  readonly refused: number;
  /** Cases in which the server did it in one way and in the other, one of them the in-process engine's. */
  readonly eitherWay: number;
  /** How many statements failed, by SQLSTATE. */
  readonly errors: Readonly<Record<string, number>>;
}

/** A tally that counts on. */
export type OpenTally = { -readonly [Key in keyof DifferTally]: DifferTally[Key] };

/** Nothing counted yet. */
export function emptyTally(): OpenTally {
  return {
    cases: 0,
    statements: 0,
    waits: 0,
    waited: 0,
    deadlocked: 0,
    timedOut: 0,
    refused: 0,
    eitherWay: 0,
    errors: {},
  };
}

/** Counts one case. */
export function takeInto(tally: OpenTally, { run, refused, eitherWay }: Comparison): void {
  const timeouts = run.steps.filter(({ text }) => text === "(timeout)").length;
  const waits = run.steps.filter(({ outcome }) => outcome.kind === "waiting").length;
  tally.cases++;
  tally.statements += run.steps.length - timeouts;
  tally.waits += waits;
  if (waits > 0) tally.waited++;
  if (run.steps.some(({ victims }) => victims.length > 0)) tally.deadlocked++;
  if (timeouts > 0) tally.timedOut++;
  if (refused !== undefined) tally.refused++;
  if (eitherWay) tally.eitherWay++;
  const outcomes = run.steps.flatMap(({ outcome, settled }) => [
    outcome,
    ...settled.map((end) => end.outcome),
  ]);
  const errors = { ...tally.errors };
  for (const outcome of outcomes) {
    if (outcome.kind === "failed") errors[outcome.code] = (errors[outcome.code] ?? 0) + 1;
  }
  tally.errors = errors;
}

/** Why a search without a divergence proves nothing; empty if it proves something. */
export function vacuousBecause({ waited }: DifferTally): readonly string[] {
  return waited === 0 ? ["In no case did a statement have to wait."] : [];
}
