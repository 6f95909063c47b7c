/**
 * What a statement is, by Postgres' own grammar: transaction control, a setting, a query, or something that one backend
 * cannot hold for several sessions.
 */
import libpgQuery from "libpg-query";
import { findSkipLocked, type SkipLockedTable } from "./skip-locked.ts";
import { unsupportedReason } from "./unsupported-statements.ts";

/** Kinds of statement that the yard treats differently. */
export type StatementKind =
  | { readonly kind: "begin" }
  | { readonly kind: "commit" }
  | { readonly kind: "rollback" }
  | { readonly kind: "savepoint" | "release" | "rollback-to"; readonly name: string }
  /** Changes a setting of the session (`local`: of the transaction only). */
  | { readonly kind: "setting"; readonly local: boolean }
  /** Changes the schema, so that prepared statements are stale. */
  | { readonly kind: "schema" }
  | {
      readonly kind: "query";
      readonly skipLocked: readonly SkipLockedTable[];
      /** Asks for advisory locks that it does without if it cannot have them. */
      readonly triesLock: boolean;
    }
  | { readonly kind: "unsupported"; readonly reason: string };

/** A node of libpg-query's tree: one key, the node's type. */
export type SyntaxNode = Readonly<Record<string, unknown>>;

const known = new Map<string, StatementKind>();

/** Loads the grammar; `statementKind` may be called afterwards. */
export function loadGrammar(): Promise<void> {
  return libpgQuery.loadModule();
}

/** The kind of `text`. A text that does not parse is a query: Postgres itself shall say what is wrong with it. */
export function statementKind(text: string): StatementKind {
  let kind = known.get(text);
  if (!kind) known.set(text, (kind = classify(text)));
  return kind;
}

const QUERY: StatementKind = { kind: "query", skipLocked: [], triesLock: false };

function classify(text: string): StatementKind {
  let statements: readonly { readonly stmt?: SyntaxNode }[];
  try {
    statements = libpgQuery.parseSync(text).stmts ?? [];
  } catch {
    return QUERY;
  }
  const statement = statements[0]?.stmt;
  if (!statement) return QUERY;
  if (statements.length > 1) return { kind: "unsupported", reason: "several statements in one query" };
  const reason = unsupportedReason(statement);
  if (reason !== undefined) return { kind: "unsupported", reason };
  const [type, node] = Object.entries(statement)[0] as [string, SyntaxNode];
  if (type === "TransactionStmt") return transactionKind(node);
  if (type === "VariableSetStmt")
    return { kind: "setting", local: node["is_local"] === true || isTransactionSetting(node) };
  if (type === "SelectStmt" || DATA_STATEMENTS.has(type)) {
    const scope = configurationScope(statement);
    if (scope !== undefined) return { kind: "setting", local: scope === "transaction" };
    const triesLock = /"sval":"pg_try_advisory_xact_lock(_shared)?"/.test(JSON.stringify(statement));
    return { kind: "query", skipLocked: findSkipLocked(text, statement), triesLock };
  }
  return PLAIN_UTILITIES.has(type) ? QUERY : { kind: "schema" };
}

const DATA_STATEMENTS = new Set(["InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt"]);
const PLAIN_UTILITIES = new Set([
  "LockStmt",
  "ExplainStmt",
  "VariableShowStmt",
  "ConstraintsSetStmt",
  "CheckPointStmt",
  "DeclareCursorStmt",
  "FetchStmt",
  "ClosePortalStmt",
  "CallStmt",
  "DoStmt",
]);

function transactionKind(node: SyntaxNode): StatementKind {
  const name = (node["savepoint_name"] as string | undefined) ?? "";
  switch (node["kind"]) {
    case "TRANS_STMT_BEGIN":
    case "TRANS_STMT_START":
      return { kind: "begin" };
    case "TRANS_STMT_COMMIT":
      return { kind: "commit" };
    case "TRANS_STMT_ROLLBACK":
      return { kind: "rollback" };
    case "TRANS_STMT_SAVEPOINT":
      return { kind: "savepoint", name };
    case "TRANS_STMT_RELEASE":
      return { kind: "release", name };
    case "TRANS_STMT_ROLLBACK_TO":
      return { kind: "rollback-to", name };
    default:
      return { kind: "unsupported", reason: "two-phase commit" };
  }
}

/** SET TRANSACTION ..., which ends with the transaction. */
function isTransactionSetting(node: SyntaxNode): boolean {
  return node["kind"] === "VAR_SET_MULTI" && node["name"] === "TRANSACTION";
}

/** How long the effect of a call of set_config() lasts, or undefined where there is none. */
function configurationScope(statement: SyntaxNode): "transaction" | "session" | undefined {
  const tree = JSON.stringify(statement);
  if (!tree.includes('"sval":"set_config"')) return undefined;
  return tree.includes('"boolval":{"boolval":true}') ? "transaction" : "session";
}
