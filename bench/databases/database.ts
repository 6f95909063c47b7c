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
