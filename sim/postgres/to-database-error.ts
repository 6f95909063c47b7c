/**
 * `pg`'s error, as ours.
 */
import pg from "pg";
import { DatabaseError } from "../engine/database-error.ts";
import { SwitchyardError } from "../switchyard-error.ts";

/** crash_shutdown and cannot_connect_now: no statement's fault. */
const serverDown: ReadonlySet<string> = new Set(["57P02", "57P03"]);

/** The same error in our class. Throws SwitchyardError "harness" for what is not an answer of the server. */
export function toDatabaseError(error: unknown): DatabaseError {
  if (error instanceof pg.DatabaseError && !serverDown.has(error.code ?? "")) {
    return new DatabaseError(error.message, { ...error, code: error.code ?? "XX000" });
  }
  const said = error instanceof Error ? error.message : String(error);
  if (/connection|queryable|ECONN|EPIPE/i.test(said) || error instanceof pg.DatabaseError)
    throw connectionLost(said, error);
  throw new SwitchyardError(
    "harness",
    `The PostgreSQL server could not run a statement: ${said}`,
    "Check that the server is still running and that the statement's values are ones that pg can send.",
    { cause: error },
  );
}

/** The fault of a server that does not answer any more. */
export function connectionLost(said: string, cause?: unknown): SwitchyardError {
  return new SwitchyardError(
    "harness",
    `The connection to the PostgreSQL server is lost: ${said}`,
    "Check that the server is still running, and run the command again.",
    { cause },
  );
}
