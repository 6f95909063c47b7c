/**
 * What the cases need of a database: sessions that run the model's transactions, and a script.
 */
import type { Queryable } from "../../model/query-port.ts";

/** A database. */
export interface BenchDatabase {
  /** As ratios and tables name it. */
  readonly name: "server" | "pglite" | "in process";
  /** A further session, in the Postgres schema `namespace` (default: public). */
  session(namespace?: string): Promise<Queryable>;
  close(): Promise<void>;
}

/** What `body` makes of a database, which is closed in the end. */
export async function withDatabase<Database extends BenchDatabase, Result>(
  open: () => Promise<Database>,
  body: (database: Database) => Promise<Result>,
): Promise<Result> {
  const database = await open();
  try {
    return await body(database);
  } finally {
    await database.close();
  }
}
