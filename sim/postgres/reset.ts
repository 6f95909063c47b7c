/**
 * Sets the database back: to no schema at all before a script is installed, to empty tables before a run.
 *
 * Emptying leaves no dead rows, so that each run finds the same row addresses and with them the same scan order. A
 * superuser deletes past triggers and foreign keys and vacuums, which takes a fraction of the time of TRUNCATE; others
 * have to truncate. Giving a table's only page back to the file system is what would take most of the time: it stays.
 */
import type { Connection } from "./connection.ts";
import type { SchemaFacts } from "./schema-facts.ts";

/** Drops every user schema and creates an empty `public`. */
export async function dropSchemas(connection: Connection): Promise<void> {
  await rollBackPrepared(connection, await connection.rows({ text: preparedSql }));
  await connection.rows({ text: dropSchemasSql });
}

/** Empties every table of `facts` that has pages and restarts every sequence that was used. No session may be open. */
export async function emptyTables(connection: Connection, facts: SchemaFacts): Promise<void> {
  const oids = [facts.tables, facts.sequences].map((objects) => objects.map(({ oid }) => oid));
  const used = await connection.rows<UsedObject>({ name: "used", text: usedSql, values: oids });
  const prepared = used.filter(({ kind }) => kind === "prepared");
  await rollBackPrepared(connection, prepared);
  // What a prepared transaction did shows in the sizes only after its end.
  if (prepared.length > 0) return emptyTables(connection, facts);
  const named = (kind: UsedObject["kind"], objects: SchemaFacts["tables"]) =>
    used.filter((one) => one.kind === kind).map(({ position }) => objects[Number(position) - 1]?.name ?? "");
  const onePage = named("one page", facts.tables);
  const manyPages = named("many pages", facts.tables);
  const tables = [...onePage, ...manyPages];
  const restarts = named("sequence", facts.sequences).map((sequence) => `select setval(${sequence}, false)`);
  if (!facts.superuser) {
    const truncate = tables.length === 0 ? [] : [`truncate ${tables.join(", ")} cascade`];
    await runScript(connection, [...truncate, ...restarts]);
    return;
  }
  const deletes = tables.map((table) => `delete from ${table}`);
  await runScript(connection, ["set local session_replication_role = replica", ...deletes, ...restarts]);
  await vacuum(connection, "skip_database_stats, process_toast off, truncate off", onePage);
  await vacuum(connection, "skip_database_stats", manyPages);
}

async function runScript(connection: Connection, statements: readonly string[]): Promise<void> {
  await connection.rows({ text: statements.join("; ") });
}

async function vacuum(connection: Connection, options: string, tables: readonly string[]): Promise<void> {
  if (tables.length > 0) await connection.rows({ text: `vacuum (${options}) ${tables.join(", ")}` });
}

interface UsedObject {
  readonly kind: "one page" | "many pages" | "sequence" | "prepared";
  /** In the list of tables or sequences, from 1. */
  readonly position: string | null;
  /** Of a prepared transaction. */
  readonly name: string;
}

async function rollBackPrepared(
  connection: Connection,
  prepared: readonly Pick<UsedObject, "name">[],
): Promise<void> {
  for (const { name } of prepared) await connection.rows({ text: `rollback prepared ${name}` });
}

const preparedSql = `select quote_literal(gid) as name from pg_prepared_xacts where database = current_database()`;

// Null for an object that is gone: then the comparison is not true.
const usedSql = `
select case when size > current_setting('block_size')::int then 'many pages' else 'one page' end as kind, position, null as name
from (select position, pg_relation_size(oid) as size from unnest($1::oid[]) with ordinality as tables (oid, position)) as sizes
where size > 0
union all
select 'sequence', position, null
from unnest($2::oid[]) with ordinality as sequences (oid, position) where pg_sequence_last_value(oid) is not null
union all
select 'prepared', null, prepared.name from (${preparedSql}) as prepared`;

const dropSchemasSql = `
do $$
declare
  name text;
begin
  for name in
    select nspname from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema'
  loop
    execute format('drop schema %I cascade', name);
  end loop;
  create schema public;
  grant usage on schema public to public;
end $$`;
