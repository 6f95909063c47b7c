/**
 * What the engine has to know of an installed schema.
 */
import type { Server } from "./server.ts";

/** Facts of one schema. */
export interface SchemaFacts {
  readonly defersConstraints: boolean;
  readonly hasSequences: boolean;
  readonly hasFunctions: boolean;
}

/** Reads the facts of the schema that is installed. */
export function readFacts(server: Server): SchemaFacts {
  const [defers, sequences, functions] =
    server.lookup(`
      select exists (select from pg_constraint where condeferrable) or exists (select from pg_trigger where tgdeferrable),
             exists (select from pg_sequence),
             exists (select from pg_proc where oid >= 16384)`) ?? [];
  return {
    defersConstraints: defers === "t",
    hasSequences: sequences === "t",
    hasFunctions: functions === "t",
  };
}
