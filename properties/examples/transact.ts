/**
 * What the examples' clients do around their statements.
 */
import type { ActorContext, Queryable } from "../../sim/race/race.ts";

/** What an operation answers; the numbers are those of HTTP. */
export interface Answer {
  readonly status: number;
}

/** Tries of an operation at most before its error counts. */
const MAX_TRIES = 5;

/** Runs `body` as the operation `name` in one transaction; an error rolls it back and is thrown on. */
export function transact<Result extends Answer>(
  context: ActorContext,
  name: string,
  body: (db: Queryable) => Promise<Result>,
  begin = "begin",
): Promise<Result> {
  return context.operation(name, null, () => inTransaction(context.db, body, begin));
}

/** The same, once more from the start after 40001 (serialization failure) and 40P01 (deadlock). */
export function transactRetrying<Result extends Answer>(
  context: ActorContext,
  name: string,
  body: (db: Queryable) => Promise<Result>,
  begin = "begin",
): Promise<Result> {
  return context.operation(name, null, async () => {
    for (let tries = 1; ; tries += 1) {
      try {
        return await inTransaction(context.db, body, begin);
      } catch (error) {
        if (tries === MAX_TRIES || !["40001", "40P01"].includes(sqlState(error) ?? "")) throw error;
      }
    }
  });
}

/** Runs `body` between `begin` and COMMIT. */
export async function inTransaction<Result>(
  db: Queryable,
  body: (db: Queryable) => Promise<Result>,
  begin = "begin",
): Promise<Result> {
  await db.query(begin);
  try {
    const result = await body(db);
    await db.query("commit");
    return result;
  } catch (error) {
    await db.query("rollback");
    throw error;
  }
}

/** The SQLSTATE of an error of the database; undefined for any other. */
export function sqlState(error: unknown): string | undefined {
  const { code } = error as { readonly code?: unknown };
  return typeof code === "string" && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}
