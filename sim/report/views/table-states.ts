/**
 * Contents of tables, each kept once: most steps change nothing, and most sessions see what is committed.
 */
import type { UserTable } from "./user-tables.ts";

/** A row's values in the order of its table's columns, as Postgres prints them. */
export type RowValues = readonly (string | null)[];

/** What somebody sees: of each table the number of its content in `TablePool.contents`. */
export type TableView = readonly number[];

/** Rows and contents by number. */
export interface TablePool {
  readonly rows: readonly RowValues[];
  /** Numbers of rows, in the order of the table's key. */
  readonly contents: readonly (readonly number[])[];
}

/** Collects contents of `tables`. */
export interface TableCollector {
  readonly pool: TablePool;
  /** Keeps rows as a reader's statement gives them (see `tableReader`). */
  add(rows: readonly unknown[]): TableView;
}

/** An empty collection. */
export function createTableCollector(tables: readonly UserTable[]): TableCollector {
  const rows = numbered<RowValues>();
  const contents = numbered<readonly number[]>();
  return {
    pool: { rows: rows.items, contents: contents.items },
    add(read) {
      const ofTables = tables.map((): RowValues[] => []);
      for (const [place, json] of read as readonly (readonly [number, string])[]) {
        ofTables[place]?.push(JSON.parse(json) as RowValues);
      }
      return ofTables.map((found, place) => {
        const order = (tables[place] as UserTable).key;
        return contents.number(found.toSorted(byKey(order)).map((row) => rows.number(row)));
      });
    },
  };
}

function byKey(key: readonly number[]): (a: RowValues, b: RowValues) => number {
  return (a, b) => {
    for (const column of key) {
      const order = compare(a[column] ?? "", b[column] ?? "");
      if (order !== 0) return order;
    }
    return 0;
  };
}

/** Whole numbers by value, all else by code units. */
function compare(a: string, b: string): number {
  if (/^-?\d{1,15}$/.test(a) && /^-?\d{1,15}$/.test(b)) return Number(a) - Number(b);
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Gives equal items equal numbers, from 0. */
function numbered<Item>(): { readonly items: readonly Item[]; number(item: Item): number } {
  const items: Item[] = [];
  const known = new Map<string, number>();
  return {
    items,
    number(item) {
      const text = JSON.stringify(item);
      let number = known.get(text);
      if (number === undefined) {
        known.set(text, (number = items.length));
        items.push(item);
      }
      return number;
    },
  };
}
