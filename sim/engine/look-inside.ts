/**
 * A read inside the open transaction of a session, of which nothing is left afterwards.
 *
 * A savepoint is rolled back behind the read, which gives back the locks on tables that it took; it needs no transaction
 * number. What cannot be undone is not done: a first snapshot under REPEATABLE READ, and reads under SERIALIZABLE, which
 * PostgreSQL remembers (manual, 13.2.3).
 */
import type { NotLooked, Statement, StatementResult } from "./port.ts";

/** What the read goes through. */
export interface LookParts {
  /** Runs a statement of the session, which is inside a transaction block that has not failed; rejects with its error. */
  readonly run: (statement: Statement) => Promise<StatementResult>;
  /** Whether the session's backend holds a snapshot between two statements. */
  readonly hasSnapshot: () => Promise<boolean>;
}

const ISOLATION = { text: "show transaction_isolation", rowMode: "array" } as const;
const BEFORE = { text: "savepoint switchyard_look" };
const AFTER = [{ text: "rollback to savepoint switchyard_look" }, { text: "release switchyard_look" }];

/** The query behind `hasSnapshot`, for an observer; its value is a process id, its only column a boolean. */
export const HAS_SNAPSHOT = "select backend_xmin is not null from pg_stat_get_activity($1)";

/** What `statement` gives in the session, or why it must not be run there. Rejects with the error of a wrong read. */
export async function lookInside(
  { run, hasSnapshot }: LookParts,
  statement: Statement,
): Promise<StatementResult | NotLooked> {
  const [isolation] = (await run(ISOLATION)).rows[0] as readonly string[];
  if (isolation === "serializable") return "unknown";
  if (isolation === "repeatable read" && !(await hasSnapshot())) return "committed";
  await run(BEFORE);
  try {
    return await run(statement);
  } finally {
    for (const undo of AFTER) await run(undo);
  }
}
