/**
 * What the schema of a race does beyond the text of a statement: keys, foreign keys, triggers, views, functions, defaults.
 */
import type { Engine } from "../engine/port.ts";

/** One table. */
export interface TableFacts {
  readonly isTable: boolean;
  /** It has a unique or exclusion constraint or index. */
  readonly hasKey: boolean;
  /** One of them covers an expression or only some rows, or excludes, so that any update may meet it. */
  readonly hasOddKey: boolean;
  /** It has triggers or rules of its own. */
  readonly hasTriggers: boolean;
  /** A default value draws from a sequence. */
  readonly usesSequence: boolean;
  /** A default value looks at the time. */
  readonly readsClock: boolean;
  /** It and all tables that foreign keys lead to or from, however far. */
  readonly linked: readonly string[];
}

/** A schema. */
export interface Catalog {
  readonly tables: ReadonlyMap<string, TableFacts>;
  /** Functions that the schema made. */
  readonly functions: ReadonlySet<string>;
  /** Something is done at COMMIT, tables stand for others, or operators, domains or policies of its own may do anything. */
  readonly isUnknown: boolean;
}

interface TableRow {
  readonly oid: string;
  readonly name: string;
  readonly kind: string;
  readonly has_key: boolean;
  readonly has_odd_key: boolean;
  readonly has_triggers: boolean;
  readonly defaults: string;
  readonly neighbours: readonly string[];
}

const TABLES = `
  select c.relname as name, c.relkind as kind,
         exists (select from pg_index i where i.indrelid = c.oid and (i.indisunique or i.indisexclusion)) as has_key,
         exists (select from pg_index i where i.indrelid = c.oid
                  and (i.indisexclusion or (i.indisunique and (i.indpred is not null or i.indexprs is not null)))) as has_odd_key,
         exists (select from pg_trigger t where t.tgrelid = c.oid and not t.tgisinternal)
           or exists (select from pg_rewrite r where r.ev_class = c.oid and c.relkind <> 'v') as has_triggers,
         coalesce((select string_agg(pg_get_expr(d.adbin, d.adrelid), ' ') from pg_attrdef d where d.adrelid = c.oid), '')
           || case when exists (select from pg_attribute a where a.attrelid = c.oid and a.attidentity <> '')
                   then ' nextval' else '' end as defaults,
         array(select other.relname::text from pg_constraint f join pg_class other
                 on other.oid in (f.conrelid, f.confrelid)
                where f.contype = 'f' and c.oid in (f.conrelid, f.confrelid)) as neighbours
    from pg_class c
   where c.oid >= 16384 and c.relkind in ('r', 'p', 'v', 'm', 'f')
   order by c.oid`;

const OTHERS = `
  select array(select proname::text from pg_proc where oid >= 16384) as functions,
         exists (select from pg_operator where oid >= 16384)
           or exists (select from pg_type where oid >= 16384 and typtype = 'd')
           or exists (select from pg_constraint where oid >= 16384 and condeferrable)
           or exists (select from pg_trigger where tgdeferrable)
           or exists (select from pg_inherits where inhrelid >= 16384)
           or exists (select from pg_policy) as is_unknown`;

/** Reads the catalog of the schema that is installed on `engine`. */
export async function readCatalog(engine: Engine): Promise<Catalog> {
  const tables = (await engine.observe({ text: TABLES })).rows as readonly TableRow[];
  const [others] = (await engine.observe({ text: OTHERS })).rows as readonly {
    readonly functions: readonly string[];
    readonly is_unknown: boolean;
  }[];
  const neighbours = new Map(tables.map(({ name, neighbours: names }) => [name, names]));
  return {
    tables: new Map(tables.map((row) => [row.name, factsOf(row, neighbours)])),
    functions: new Set(others?.functions),
    isUnknown: others?.is_unknown === true,
  };
}

function factsOf(row: TableRow, neighbours: ReadonlyMap<string, readonly string[]>): TableFacts {
  return {
    isTable: row.kind === "r",
    hasKey: row.has_key,
    hasOddKey: row.has_odd_key,
    hasTriggers: row.has_triggers,
    usesSequence: /nextval/i.test(row.defaults),
    readsClock: /now|current_|localtime|timestamp|timeofday|uuidv7|today/i.test(row.defaults),
    linked: linkedWith(row.name, neighbours),
  };
}

function linkedWith(name: string, neighbours: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const found = new Set([name]);
  for (const member of found) for (const next of neighbours.get(member) ?? []) found.add(next);
  return [...found];
}
