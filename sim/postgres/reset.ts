/**
 * Sets the database back: to no schema at all before a script is installed, to empty tables before a run.
 *
 * Emptying leaves no dead rows, so that each run finds the same row addresses and with them the same scan order. A
 * superuser deletes past triggers and foreign keys and vacuums, which takes a fraction of the time of TRUNCATE; others
 * have to truncate. Giving a table's only page back to the file system is what would take most of the time: it stays.
 */
import type { Connection } from "./connection.ts";

/** Drops every user schema and creates an empty `public`. */
export async function dropSchemas(connection: Connection): Promise<void> {
  await rollBackPrepared(connection, await connection.rows({ text: preparedSql }));
  await connection.rows({ text: dropSchemasSql });
}

/** Empties every user table that has pages and restarts every sequence that was used. No session may be open. */
export async function emptyTables(connection: Connection): Promise<void> {
  const used = await connection.rows<UsedObject>({ name: "used", text: usedSql, values: [] });
  const named = (...kinds: UsedObject["kind"][]) => used.filter(({ kind }) => kinds.includes(kind));
  await rollBackPrepared(connection, named("prepared"));
  const tables = namesOf(named("one page", "many pages"));
  const restarts = namesOf(named("sequence")).map((sequence) => `select setval(${sequence}, false)`);
  if (!used.some(({ superuser }) => superuser)) {
    const truncate = tables.length === 0 ? [] : [`truncate ${tables.join(", ")} cascade`];
    await runScript(connection, [...truncate, ...restarts]);
    return;
  }
  const deletes = tables.map((table) => `delete from ${table}`);
  await runScript(connection, ["set local session_replication_role = replica", ...deletes, ...restarts]);
  await vacuum(
    connection,
    "skip_database_stats, process_toast off, truncate off",
    namesOf(named("one page")),
  );
  await vacuum(connection, "skip_database_stats", namesOf(named("many pages")));
}

async function runScript(connection: Connection, statements: readonly string[]): Promise<void> {
  await connection.rows({ text: statements.join("; ") });
}

async function vacuum(connection: Connection, options: string, tables: readonly string[]): Promise<void> {
  if (tables.length > 0) await connection.rows({ text: `vacuum (${options}) ${tables.join(", ")}` });
}

function namesOf(objects: readonly UsedObject[]): readonly string[] {
  return objects.map(({ name }) => name);
}

interface UsedObject {
  readonly kind: "one page" | "many pages" | "sequence" | "prepared";
  /** Quoted as SQL needs it; of a sequence, with its start value. */
  readonly name: string;
  readonly superuser: boolean;
}

async function rollBackPrepared(
  connection: Connection,
  prepared: readonly { name: string }[],
): Promise<void> {
  for (const { name } of prepared) await connection.rows({ text: `rollback prepared ${name}` });
}

const preparedSql = `select quote_literal(gid) as name from pg_prepared_xacts where database = current_database()`;

const usedSql = `
select used.kind, used.name, current_setting('is_superuser') = 'on' as superuser
from (
  select case when pg_relation_size(c.oid) > current_setting('block_size')::int then 'many pages' else 'one page' end as kind,
         c.oid::regclass::text as name
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind = 'r' and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
    and pg_relation_size(c.oid) > 0
  union all
  select 'sequence', format('%L, %s', seqrelid::regclass, seqstart) from pg_sequence where pg_sequence_last_value(seqrelid) is not null
  union all
  select 'prepared', prepared.name from (${preparedSql}) as prepared
) as used`;

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
