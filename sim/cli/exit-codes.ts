/**
 * What the command line's exit codes mean.
 */
import { CommanderError } from "commander";
import { SwitchyardError, type SwitchyardErrorCode } from "../switchyard-error.ts";

/** Exit codes by name. */
export const EXIT = {
  /** Nothing violated. */
  ok: 0,
  /** An invariant is violated. */
  violated: 1,
  /** The request cannot be understood: an option, a race, a token, a race module at fault. */
  usage: 2,
  /** Two runs of one token differ. */
  nondeterministic: 3,
  /** Nothing violated, but nothing could have been. */
  vacuous: 4,
  /** The harness or its database is at fault. */
  harness: 5,
} as const;

/** An exit code. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const BY_ERROR: Readonly<Record<SwitchyardErrorCode, ExitCode>> = {
  usage: EXIT.usage,
  token: EXIT.usage,
  race: EXIT.usage,
  nondeterministic: EXIT.nondeterministic,
  unsupported: EXIT.harness,
  harness: EXIT.harness,
};

/** The exit code for an error; what nobody foresaw is a fault of the harness. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof SwitchyardError) return BY_ERROR[error.code];
  return error instanceof CommanderError ? EXIT.usage : EXIT.harness;
}
