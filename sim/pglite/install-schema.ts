/**
 * Replaces the user schemas of the database by what a script creates.
 */
import { DatabaseError } from "../engine/database-error.ts";
import { SwitchyardError } from "../switchyard-error.ts";
import type { Server } from "./server.ts";
import { blockCount, userRelations } from "./user-relations.ts";

const USER_SCHEMAS = `
  select quote_ident(nspname) from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema'`;

/**
 * Runs `schema` in a database without user objects.
 * @throws SwitchyardError "race" if the script fails or inserts rows
 */
export function installSchema(server: Server, schema: string): void {
  for (const [name] of server.read(USER_SCHEMAS).rows) server.script(`drop schema ${name} cascade`);
  server.script("create schema public; grant usage on schema public to public");
  try {
    server.script(schema);
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    throw new SwitchyardError(
      "race",
      `The race's schema does not install: ${error.message}.`,
      "Correct the SQL script in the race's `schema`.",
      { cause: error },
    );
  }
  server.forgetStatements();
  const filled = userRelations(server).find((relation) => relation.kind === "r" && blockCount(relation) > 0);
  if (filled) {
    throw new SwitchyardError(
      "race",
      `The race's schema puts rows into "${filled.name}", which would be lost at the first reset.`,
      "Insert rows in the race's `setup`.",
    );
  }
}
