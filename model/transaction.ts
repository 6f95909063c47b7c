/**
 * A READ COMMITTED transaction, and the one place where transactions are retried.
 *
 * Postgres ends a transaction with 40001 (serialization failure) or 40P01 (deadlock) when another order of events might
 * succeed. The whole body runs again then, after a ROLLBACK: nothing that the failed attempt read is used again.
 * Section 13.5, "Serialization Failure Handling", of the Postgres manual.
 */
import type { Queryable } from "./query-port.ts";

/** Attempts that `inTransaction` makes before it lets the last error through. */
export const MAX_ATTEMPTS = 5;

/** What every operation takes besides its input. */
export interface TransactionOptions {
  /** Told of every attempt that is rolled back to be made again, with the error that ended it. */
  readonly onRetry?: ((error: RetryableError, attempt: number) => void) | undefined;
}

/** An error after which the transaction may be tried again. */
export interface RetryableError {
  readonly code: "40001" | "40P01";
  readonly message: string;
  readonly detail?: string | undefined;
}

/**
 * Runs `body` between BEGIN and COMMIT on `db`. An error rolls back; 40001 and 40P01 start over, at most MAX_ATTEMPTS
 * times in all; any other error, or the last one, is thrown on.
 */
export async function inTransaction<Result>(
  db: Queryable,
  body: () => Promise<Result>,
  options: TransactionOptions = {},
): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await db.query("begin isolation level read committed");
      const result = await body();
      await db.query("commit");
      return result;
    } catch (error) {
      await rollBack(db);
      if (attempt === MAX_ATTEMPTS || !isRetryable(error)) throw error;
      options.onRetry?.(error, attempt);
    }
  }
}

/** A connection that cannot even roll back is lost; the error that led here says more than the one of the ROLLBACK. */
async function rollBack(db: Queryable): Promise<void> {
  await db.query("rollback").catch(() => undefined);
}

function isRetryable(error: unknown): error is RetryableError {
  const code: unknown = error instanceof Error && "code" in error ? error.code : undefined;
  return code === "40001" || code === "40P01";
}
