/**
 * `pg`'s error, as ours.
 */
import pg from "pg";
import { DatabaseError } from "../engine/database-error.ts";
import { SwitchyardError } from "../switchyard-error.ts";

/** The same error in our class. Throws SwitchyardError "harness" for what is not an answer of the server. */
export function toDatabaseError(error: unknown): DatabaseError {
  if (error instanceof pg.DatabaseError) {
    return new DatabaseError(error.message, { ...error, code: error.code ?? "XX000" });
  }
  const said = error instanceof Error ? error.message : String(error);
  throw new SwitchyardError(
    "harness",
    `The PostgreSQL server could not run a statement: ${said}`,
    "Check that the server is still running and that the statement's values are ones that pg can send.",
    { cause: error },
  );
}
