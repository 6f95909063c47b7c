/**
 * Counts what an operation sends to its database, and what it locks.
 */
import type { Queryable } from "../../model/query-port.ts";

/** Counts that grow. */
export interface WorkCount {
  /** Statements, BEGIN and COMMIT among them. */
  statements: number;
  /** Rows that SELECT ... FOR UPDATE gave. */
  rowsLocked: number;
}

/** Nothing so far. */
export function newCount(): WorkCount {
  return { statements: 0, rowsLocked: 0 };
}

const LOCKS = /\bfor (no key )?update\b/;

/** `db`, with what goes through it counted. */
export function counting(db: Queryable, count: WorkCount): Queryable {
  return {
    query: async <Row>(text: string, values?: readonly unknown[]) => {
      count.statements += 1;
      const result = await db.query<Row>(text, values);
      if (LOCKS.test(text)) count.rowsLocked += result.rows.length;
      return result;
    },
  };
}
