/**
 * Ways to derive a wrong operation from the right one: all of them change what travels through the query port.
 */
import type { Queryable } from "../query-port.ts";

/** `statement` with `from` replaced by `to`; throws where `from` does not occur exactly once, so that no mutant is idle. */
export function replaced(statement: string, from: string, to: string): string {
  const parts = statement.split(from);
  if (parts.length !== 2) throw new Error(`"${from}" occurs ${parts.length - 1} times in: ${statement}`);
  return parts.join(to);
}

/** Sends `replacement` wherever the operation sends `statement`. */
export function rewriting(db: Queryable, statement: string, replacement: string): Queryable {
  return {
    query: (text, values) => db.query(text === statement ? replacement : text, values),
  };
}

/** Sends `second` before `first`; both take the same values, and each gets its own rows. */
export function swapping(db: Queryable, first: string, second: string): Queryable {
  let ahead: { readonly rows: unknown[]; readonly rowCount: number | null } | undefined;
  return {
    query: async <Row>(text: string, values?: readonly unknown[]) => {
      if (text === first) ahead = await db.query(second, values);
      if (text !== second || ahead === undefined) return db.query<Row>(text, values);
      const result = ahead;
      ahead = undefined;
      return { rows: result.rows as Row[], rowCount: result.rowCount };
    },
  };
}

/** Sends `statement`, so that its locks are taken, but answers it with the rows that were read before. */
export function answering(db: Queryable, statement: string, rowsBefore: readonly unknown[]): Queryable {
  return {
    query: async <Row>(text: string, values?: readonly unknown[]) => {
      const result = await db.query<Row>(text, values);
      if (text !== statement) return result;
      return { rows: [...rowsBefore] as Row[], rowCount: rowsBefore.length };
    },
  };
}

/** Sends `statement`, and answers it with its rows as `change` makes them. */
export function mapping(db: Queryable, statement: string, change: (row: any) => object): Queryable {
  return {
    query: async <Row>(text: string, values?: readonly unknown[]) => {
      const result = await db.query<Row>(text, values);
      return text === statement ? { ...result, rows: result.rows.map(change) as Row[] } : result;
    },
  };
}

/** Ends the transaction before `statement`, and begins another one with it. */
export function splitting(db: Queryable, statement: string): Queryable {
  return {
    query: async <Row>(text: string, values?: readonly unknown[]) => {
      if (text === statement) {
        await db.query("commit");
        await db.query("begin isolation level read committed");
      }
      return db.query<Row>(text, values);
    },
  };
}

/** Sends `statement`, and where it finds no row any more answers it with the rows that were there before. */
export function ignoringGone(db: Queryable, statement: string, rowsBefore: readonly unknown[]): Queryable {
  return {
    query: async <Row>(text: string, values?: readonly unknown[]) => {
      const result = await db.query<Row>(text, values);
      if (text !== statement || result.rows.length > 0) return result;
      return { rows: [...rowsBefore] as Row[], rowCount: rowsBefore.length };
    },
  };
}
