/**
 * Statements that the in-process Postgres cannot run: refused by name, never wrong in silence.
 */
import type { SyntaxNode } from "./statement-kind.ts";

/** Why `statement` is refused, a noun phrase; undefined if it is not. */
export function unsupportedReason(statement: SyntaxNode): string | undefined {
  const [type] = Object.keys(statement) as [string];
  return BY_TYPE[type] ?? SIGNALS.exec(JSON.stringify(statement))?.[1];
}

/** COPY has a protocol of its own; the others wait for answers of the server's other processes. */
const BY_TYPE: Readonly<Record<string, string>> = {
  CopyStmt: "COPY",
  CreatedbStmt: "CREATE DATABASE",
  DropdbStmt: "DROP DATABASE",
  CreateTableSpaceStmt: "CREATE TABLESPACE",
  DropTableSpaceStmt: "DROP TABLESPACE",
  AlterSystemStmt: "ALTER SYSTEM",
  CreateSubscriptionStmt: "CREATE SUBSCRIPTION",
};

/** Functions that send signals, which one process cannot send to itself as to another. */
const SIGNALS =
  /"sval":"(pg_(?:cancel|terminate)_backend|pg_reload_conf|pg_promote|pg_log_backend_memory_contexts)"/;
