/**
 * Statements that one backend cannot hold for several sessions: refused by name, never wrong in silence.
 *
 * PREPARE TRANSACTION refuses temporary objects, NOTIFY and WITH HOLD cursors (manual, PREPARE TRANSACTION); session-level
 * state (SQL PREPARE, session advisory locks) would be shared by all sessions; SERIALIZABLE loses its predicate locks.
 */
import type { SyntaxNode } from "./statement-kind.ts";

/** Why `statement` is refused, a noun phrase; undefined if it is not. */
export function unsupportedReason(statement: SyntaxNode): string | undefined {
  const [type, node] = Object.entries(statement)[0] as [string, SyntaxNode];
  const tree = JSON.stringify(statement);
  if (BY_TYPE[type] !== undefined) return BY_TYPE[type];
  if (type === "DeclareCursorStmt" && (Number(node["options"]) & CURSOR_OPT_HOLD) !== 0)
    return "a WITH HOLD cursor";
  if (type === "TransactionStmt" && node["chain"] === true) return "AND CHAIN";
  if (tree.includes('"relpersistence":"t"')) return "a temporary table";
  if (tree.includes('"concurrent":true') || tree.includes('"defname":"concurrently"')) return "CONCURRENTLY";
  const view = SERVER_VIEW.exec(tree);
  if (view) return `${view[1]}, which shows one backend,`;
  if ((type === "TransactionStmt" || type === "VariableSetStmt") && /"sval":"serializable"/i.test(tree)) {
    return "isolation level SERIALIZABLE";
  }
  const lock = SESSION_LOCK.exec(tree);
  return lock ? `the session-level advisory lock function ${lock[1]}` : undefined;
}

const CURSOR_OPT_HOLD = 0x0020;

const BY_TYPE: Readonly<Record<string, string>> = {
  ListenStmt: "LISTEN",
  NotifyStmt: "NOTIFY",
  UnlistenStmt: "UNLISTEN",
  PrepareStmt: "SQL-level PREPARE",
  ExecuteStmt: "SQL-level EXECUTE",
  DeallocateStmt: "SQL-level DEALLOCATE",
  DiscardStmt: "DISCARD",
  CopyStmt: "COPY",
  VacuumStmt: "VACUUM or ANALYZE",
};

/** Views and functions that would tell of the one backend, or of statistics that are not kept. */
const SERVER_VIEW = /"(?:relname|sval)":"(pg_locks|pg_blocking_pids|pg_stat_[a-z_]+|pg_statio_[a-z_]+)"/;

/** Function names as they stand in the tree; the transaction-level ones contain "xact". */
const SESSION_LOCK = /"sval":"(pg_(?:try_)?advisory_(?:lock|lock_shared|unlock|unlock_shared|unlock_all))"/;
