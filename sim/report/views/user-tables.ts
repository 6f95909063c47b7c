/**
 * The tables of a race and the one statement that reads them all.
 */
import type { Engine } from "../../engine/port.ts";

/** A table as a report shows it. */
export interface UserTable {
  /** With its schema where that is not "public". */
  readonly name: string;
  readonly columns: readonly string[];
  /** Places of the primary key's columns in `columns`; without a primary key, all of them. */
  readonly key: readonly number[];
}

/** Tables outside the system's schemas with their columns, oldest first; parts of partitioned tables are left out. */
const TABLES = `
  select quote_ident(n.nspname), quote_ident(c.relname), n.nspname = 'public', c.relname,
         json_agg(a.attname order by a.attnum)::text,
         json_agg(coalesce(a.attnum = any (i.indkey::int2[]), false) order by a.attnum)::text
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  left join pg_index i on i.indrelid = c.oid and i.indisprimary
  where c.relkind in ('r', 'p') and not c.relispartition
    and n.nspname not like 'pg\\_%' and n.nspname <> 'information_schema'
  group by c.oid, n.nspname, c.relname
  order by c.oid`;

/** The tables of the installed schema, and the statement that reads their rows as (number of the table, values as a JSON array). */
export interface TableReader {
  readonly tables: readonly UserTable[];
  readonly text: string;
}

/** Learns the tables that `engine` has now. */
export async function tableReader(engine: Engine): Promise<TableReader> {
  const { rows } = await engine.observe({ text: TABLES, rowMode: "array" });
  const found = (rows as readonly (readonly [string, string, boolean, string, string, string])[]).map(
    ([schema, quoted, isPublic, name, columnsJson, keyJson], place) => {
      const columns = JSON.parse(columnsJson) as readonly string[];
      const isKey = JSON.parse(keyJson) as readonly boolean[];
      const all = columns.map((_, column) => column);
      const key = isKey.includes(true) ? all.filter((column) => isKey[column]) : all;
      const table: UserTable = { name: isPublic ? name : `${schema}.${quoted}`, columns, key };
      return { table, text: selectRows(place, `${schema}.${quoted}`, columns) };
    },
  );
  return {
    tables: found.map(({ table }) => table),
    text:
      found.length === 0 ? "select 0, '[]' where false" : found.map(({ text }) => text).join("\nunion all\n"),
  };
}

/** Every value as the text that Postgres prints. */
function selectRows(place: number, table: string, columns: readonly string[]): string {
  const values = columns.map((column) => `"${column.replaceAll('"', '""')}"::text`).join(", ");
  return `select ${place}, to_json(array[${values}]::text[])::text from ${table}`;
}
