/**
 * What an outcome holds, for tests that know which kind it must be.
 */
import type { Outcome, StatementResult } from "../../../sim/engine/port.ts";

/** The result of a statement that is done. @throws Error if it is not */
export function resultOf(outcome: Outcome): StatementResult {
  if (outcome.kind !== "done") throw new Error(`expected a result, got ${JSON.stringify(outcome)}`);
  return outcome.result;
}

/** The SQLSTATE of a statement that failed. @throws Error if it did not */
export function codeOf(outcome: Outcome): string {
  if (outcome.kind !== "failed") throw new Error(`expected an error, got ${JSON.stringify(outcome)}`);
  return outcome.error.code;
}

/** The sessions that a waiting statement waits for. @throws Error if it does not wait */
export function waitOf(outcome: Outcome): readonly string[] {
  if (outcome.kind !== "waiting") throw new Error(`expected a wait, got ${JSON.stringify(outcome)}`);
  return outcome.wait.for;
}
