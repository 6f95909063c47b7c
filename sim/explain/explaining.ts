/**
 * A session whose statements tell how much work they are: each runs under EXPLAIN ANALYZE, planned as a prepared statement
 * with the same parameters is (plan_cache_mode decides between a custom and the generic plan).
 */
import { literal } from "./literal.ts";
import { planFacts, type PlanFacts } from "./plan-facts.ts";

/** The query surface that is wrapped, and what comes out. */
export interface QueryPort {
  query<Row>(
    text: string,
    values?: readonly unknown[],
  ): Promise<{ readonly rows: Row[]; readonly rowCount: number | null }>;
}

/** A statement that was run, and its work. */
export interface ExplainedStatement {
  readonly text: string;
  readonly work: PlanFacts;
}

const EXPLAIN = "explain (analyze, buffers, format json, timing off, summary off)";
const NAME = "switchyard_explained";

/**
 * `db`, with SELECT, INSERT, UPDATE and DELETE run under EXPLAIN and told to `note`; everything else passes. A SELECT runs a
 * second time for its rows, which finds its own locks; a statement that writes answers with its row count alone, so it must
 * have no RETURNING (Error). Inside a transaction both runs of a SELECT take the same rows if nobody else is at work.
 */
export function explaining(db: QueryPort, note: (statement: ExplainedStatement) => void): QueryPort {
  return {
    query: async <Row>(text: string, values: readonly unknown[] = []) => {
      const verb = /^\s*(select|insert|update|delete)\b/i.exec(text)?.[1]?.toLowerCase();
      if (verb === undefined) return await db.query<Row>(text, values);
      if (verb !== "select" && /\breturning\b/i.test(text)) {
        throw new Error(`A statement with RETURNING cannot be explained for its rows: ${text}`);
      }
      const work = await explain(db, text, values);
      note({ text, work });
      if (verb === "select") return await db.query<Row>(text, values);
      return { rows: [], rowCount: work.rowsWritten };
    },
  };
}

/** Runs one statement under EXPLAIN ANALYZE: it does what it does. */
export async function explain(
  db: QueryPort,
  text: string,
  values: readonly unknown[] = [],
): Promise<PlanFacts> {
  await db.query(`prepare ${NAME} as ${text}`);
  const given = values.length === 0 ? "" : `(${values.map(literal).join(", ")})`;
  const { rows } = await db.query<Record<string, unknown>>(`${EXPLAIN} execute ${NAME}${given}`);
  await db.query(`deallocate ${NAME}`);
  return planFacts(Object.values(rows[0] ?? {})[0]);
}
