/**
 * What the engine has to know of the installed schema: which tables and sequences there are to be emptied, and what makes
 * statements hard to foresee.
 */
import type { Connection } from "./connection.ts";

/** A table or sequence. */
export interface SchemaObject {
  readonly oid: number;
  /** Quoted as SQL needs it; of a sequence, as a literal with its start value: the first arguments of setval. */
  readonly name: string;
}

/** Facts of the user's schemas. */
export interface SchemaFacts {
  readonly tables: readonly SchemaObject[];
  readonly sequences: readonly SchemaObject[];
  /** Some constraint or trigger can be deferred, so that COMMIT may do work that waits. */
  readonly defersConstraints: boolean;
  /** There are functions, which may do anything. */
  readonly hasFunctions: boolean;
  /** Whether the harness may do what only a superuser may. */
  readonly superuser: boolean;
}

/** Of a database without a user schema. */
export const emptySchema: SchemaFacts = {
  tables: [],
  sequences: [],
  defersConstraints: false,
  hasFunctions: false,
  superuser: false,
};

/** Reads the facts from the catalogs. */
export async function readSchemaFacts(connection: Connection): Promise<SchemaFacts> {
  const [flags] = await connection.rows<Omit<SchemaFacts, "tables" | "sequences">>({ text: flagsSql });
  return {
    ...emptySchema,
    ...flags,
    tables: await connection.rows<SchemaObject>({ text: tablesSql }),
    sequences: await connection.rows<SchemaObject>({ text: sequencesSql }),
  };
}

const tablesSql = `
select c.oid::int8::int4 as oid, c.oid::regclass::text as name
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind = 'r' and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
order by c.oid`;

const sequencesSql = `
select seqrelid::int8::int4 as oid, format('%L, %s', seqrelid::regclass, seqstart) as name
from pg_sequence order by seqrelid`;

const flagsSql = `
select exists (select from pg_constraint where condeferrable) or exists (select from pg_trigger where tgdeferrable)
         as "defersConstraints",
       exists (select from pg_proc p join pg_namespace n on n.oid = p.pronamespace
               where n.nspname !~ '^pg_' and n.nspname <> 'information_schema') as "hasFunctions",
       current_setting('is_superuser') = 'on' as superuser`;
