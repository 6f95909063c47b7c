/**
 * A step's action and outcome on one line each.
 */
import type { Action, TracedOutcome } from "../trace/trace.ts";
import { lockWords } from "./step-words.ts";
import { count, joinWords, shorten } from "./words.ts";

const MAX_STATEMENT_LENGTH = 60;
const MAX_ERROR_LENGTH = 60;

/** The statement, cut to so many characters, or what was done in place of one. */
export function actionText(action: Action, maxLength: number = MAX_STATEMENT_LENGTH): string {
  switch (action.kind) {
    case "statement":
      return shorten(action.text, maxLength);
    case "sleep":
      return `(sleeps ${action.durationMs} ms)`;
    case "connection":
      return `(${action.text}s)`;
    case "timeout":
      return `(times out) ${shorten(action.text, maxLength)}`;
  }
}

/** The number of rows, the error, or who is waited for. */
export function outcomeText(outcome: TracedOutcome): string {
  switch (outcome.kind) {
    case "done":
      return outcome.rowCount === null ? outcome.command : count(outcome.rowCount, "row");
    case "failed":
      return `${outcome.code} ${shorten(outcome.message, MAX_ERROR_LENGTH)}`;
    case "waiting":
      return `waits for ${joinWords(outcome.wait.for)} (${lockWords(outcome.wait.lock)})`;
  }
}
