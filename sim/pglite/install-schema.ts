/**
 * Replaces the user schemas of the database by what a script creates.
 */
import { DatabaseError } from "../engine/database-error.ts";
import { SwitchyardError } from "../switchyard-error.ts";
import type { Backend } from "./backend.ts";
import { blockCount, userRelations } from "./user-relations.ts";
import { readReply } from "./wire.ts";

const USER_SCHEMAS = `
  select quote_ident(nspname) from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema'`;

/**
 * Runs `schema` in a database without user objects.
 * @throws SwitchyardError "race" if the script fails or inserts rows
 */
export function installSchema(backend: Backend, schema: string): void {
  const surroundings = { nowUs: backend.clock.nowUs, entropySeed: 0, statics: backend.statics() };
  const existing = readReply(backend.execute(USER_SCHEMAS, [], surroundings).reply).rows.map(
    ([name]) => name,
  );
  for (const name of existing) backend.control(`drop schema ${name} cascade`);
  backend.control("create schema public", "grant usage on schema public to public");
  backend.statements.clear();
  try {
    backend.script(schema);
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    throw new SwitchyardError(
      "race",
      `The race's schema does not install: ${error.message}.`,
      "Correct the SQL script in the race's `schema`.",
      { cause: error },
    );
  }
  const filled = userRelations(backend).find((relation) => relation.kind === "r" && blockCount(relation) > 0);
  if (filled) {
    throw new SwitchyardError(
      "race",
      `The race's schema puts rows into "${filled.name}", which would be lost at the first reset.`,
      "Insert rows in the race's `setup`.",
    );
  }
}
