/**
 * Rows at one moment: for each key of a table its versions, and who sees which.
 */
import { data } from "./elements.js";

/** Contents that no step has. */
const NOTHING = [];

/** Rows of a table (by its place) in a view, by key: the row's values. */
export function rowsByKey(place, view) {
  const { tables, pool } = data.looks;
  const { key } = tables[place];
  const rows = (pool.contents[view?.[place]] ?? NOTHING).map((number) => pool.rows[number]);
  return new Map(rows.map((values) => [keyOf(values, key), values]));
}

/**
 * The versions of every row of a table at a look, the committed one first: values (undefined: no such row), who sees them, the
 * committed values to compare with, and the values that were committed before.
 */
export function rowVersions(place, look, lookBefore) {
  const committed = rowsByKey(place, look.committed);
  const before = rowsByKey(place, lookBefore?.committed ?? look.committed);
  const viewers = Object.entries(look.sessions)
    .filter(([, view]) => Array.isArray(view))
    .map(([session, view]) => ({ session, rows: rowsByKey(place, view) }));
  const keys = [
    ...new Set([committed, before, ...viewers.map(({ rows }) => rows)].flatMap((rows) => [...rows.keys()])),
  ];
  return keys.flatMap((key) => {
    const versions = [{ values: committed.get(key), seenBy: ["committed"] }];
    for (const { session, rows } of viewers) {
      const values = rows.get(key);
      const known = versions.find((version) => JSON.stringify(version.values) === JSON.stringify(values));
      if (known) known.seenBy.push(session);
      else versions.push({ values, seenBy: [session] });
    }
    return versions.map((version, index) => ({
      ...version,
      key,
      differsFrom: index === 0 ? before.get(key) : committed.get(key),
      isCommitted: index === 0,
    }));
  });
}

/** Keys of the rows of a table that everybody sees alike at every look. */
export function unchangedKeys(place) {
  const { pool, tables } = data.looks;
  const { key } = tables[place];
  const contents = contentsOf(place).map((content) => {
    const rows = (pool.contents[content] ?? NOTHING).map((number) => pool.rows[number]);
    return new Map(rows.map((values) => [keyOf(values, key), JSON.stringify(values)]));
  });
  const [first, ...others] = contents;
  return new Set(
    [...first].filter(([name, row]) => others.every((rows) => rows.get(name) === row)).map(([name]) => name),
  );
}

/** Numbers of all contents that anybody ever sees of a table. */
function contentsOf(place) {
  const seen = new Set();
  for (const { committed, sessions } of data.looks.looks) {
    for (const view of [committed, ...Object.values(sessions)])
      if (Array.isArray(view)) seen.add(view[place]);
  }
  return [...seen];
}

function keyOf(values, key) {
  return JSON.stringify(key.map((column) => values[column]));
}

/** Columns of a table whose values differ in some row of the run, and those of its key; by place. */
export function tellingColumns(place) {
  const { tables, pool } = data.looks;
  const { columns, key } = tables[place];
  const rows = contentsOf(place)
    .flatMap((content) => pool.contents[content] ?? NOTHING)
    .map((number) => pool.rows[number]);
  const varies = (column) => new Set(rows.map((values) => values[column])).size > 1;
  return columns.map((_, column) => column).filter((column) => key.includes(column) || varies(column));
}
