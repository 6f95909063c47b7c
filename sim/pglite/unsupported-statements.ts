/**
 * Statements that the in-process Postgres cannot run: refused by name, never wrong in silence.
 */
import type { SyntaxNode } from "../sql/grammar.ts";

/** Why `statement` is refused, a noun phrase; undefined if it is not. */
export function unsupportedReason(statement: SyntaxNode): string | undefined {
  const [type] = Object.keys(statement) as [string];
  if (BY_TYPE[type] !== undefined) return BY_TYPE[type];
  let tree: string;
  try {
    tree = JSON.stringify(statement);
  } catch {
    return "a statement that is nested so deeply";
  }
  return SIGNALS.exec(tree)?.[1] ?? SETS_SESSION_END.exec(tree)?.[1];
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

/**
 * Settings, other than 0, that end a session when their time has come: a backend that ends takes all with it. What no text shows is
 * seen when the statement is through (statement-runner.ts).
 */
export const SESSION_ENDS = [
  "transaction_timeout",
  "idle_in_transaction_session_timeout",
  "idle_session_timeout",
] as const;

const SETS_SESSION_END = new RegExp(
  `"(?:name|sval)":"(${SESSION_ENDS.join("|")})".{0,40}?"A_Const":\\{"(?:ival":\\{"ival"|fval|sval":\\{"sval":"(?!0[a-z]*"))`,
);
