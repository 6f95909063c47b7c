/**
 * One clear line for an error: what happened, and what to do next.
 */
import { inspect } from "node:util";
import { CommanderError } from "commander";
import { sentence } from "../report/words.ts";
import { SwitchyardError } from "../switchyard-error.ts";

/** The line for `error`, without a line break; with `withStack` the stack and its causes follow on further lines. */
export function errorLine(error: unknown, withStack: boolean): string {
  const line = `switchyard: ${whatHappened(error)}`.replace(/\s+/g, " ").trim();
  return withStack ? `${line}\n${inspect(error)}` : line;
}

function whatHappened(error: unknown): string {
  if (error instanceof SwitchyardError) return `${sentence(error.message)} ${error.remedy}`;
  if (error instanceof CommanderError) {
    return `${sentence(error.message.replace(/^error: /, ""))} Run "switchyard --help" for the commands and their options.`;
  }
  const message = error instanceof Error ? error.message : String(error);
  return `${sentence(`An error that nobody foresaw: ${message}`)} Run again with --trace-errors to see where.`;
}
