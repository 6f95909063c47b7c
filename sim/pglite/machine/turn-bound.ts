/**
 * How long one turn of a backend may take in real time, on whatever thread: a statement that works for longer is taken for endless, and the
 * harness gives up instead of hanging. No race is decided by it.
 */
import { SwitchyardError } from "../../switchyard-error.ts";

/** The bound unless a test asks for another, in milliseconds. */
export const TURN_BOUND_MS = 120_000;

/** What is said of a statement. */
export const WORKED = "A statement worked";

/** `what` took longer than the bound. */
export function tookTooLong(what: string, boundMs: number, cause?: unknown): SwitchyardError {
  return new SwitchyardError(
    "harness",
    `${what} longer than ${boundMs / 1000} s; the in-process Postgres is given up.`,
    "Look for a statement that never ends; if there is none, run the command again when the machine is less busy.",
    { cause },
  );
}
