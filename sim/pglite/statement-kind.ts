/**
 * What a statement is, by Postgres' own grammar, as far as the engine treats it differently.
 */
import { oncePerText, parseStatements, type SyntaxNode } from "../sql/grammar.ts";
import { unsupportedReason } from "./unsupported-statements.ts";

/** What the engine has to know of a statement before it runs it. */
export interface StatementKind {
  /** Why it is refused, a noun phrase. */
  readonly unsupported: string | undefined;
  /** Several statements in one text: they need the simple protocol. */
  readonly several: boolean;
  /** It waits for nobody, whatever others do (for "commit": if no constraint is deferred to it). */
  readonly control: "free" | "commit" | undefined;
  /** The tag of a BEGIN, which takes no lock and no snapshot. */
  readonly begins: "BEGIN" | "START" | undefined;
  /** A query that does not sleep by itself, and waits for nobody but transactions with a number and unusual locks. */
  readonly plain: boolean;
  /** A plain query that does not even wait for those who wrote or locked rows: it locks none, or skips what is locked. */
  readonly passesRows: boolean;
  /** It may take or wait for locks other than those of plain queries: on tables, advisory, for a safe snapshot. */
  readonly locksUnusually: boolean;
  /** It may lock whole tables against readers, or change the schema. */
  readonly locksTables: boolean;
  /** It changes the schema. */
  readonly changesSchema: boolean;
  /** It leaves something in its session that another session must not find. */
  readonly marksSession: boolean;
  /** LISTEN. */
  readonly listens: boolean;
  /** PREPARE TRANSACTION, which leaves something in the server. */
  readonly twoPhase: boolean;
}

/**
 * The kind of a text, once the grammar is loaded. A text that does not parse is a query: Postgres itself shall say what is
 * wrong with it.
 */
export const statementKind: (text: string) => StatementKind = oncePerText(classify);

const QUERY: StatementKind = {
  unsupported: undefined,
  several: false,
  control: undefined,
  begins: undefined,
  plain: false,
  passesRows: false,
  locksUnusually: false,
  locksTables: false,
  changesSchema: false,
  marksSession: false,
  listens: false,
  twoPhase: false,
};

function classify(text: string): StatementKind {
  const kinds = (parseStatements(text) ?? []).flatMap(({ stmt }) => (stmt ? [classifyOne(stmt)] : []));
  const [first] = kinds;
  if (!first) return QUERY;
  if (kinds.length === 1) return first;
  return {
    unsupported: kinds.find(({ unsupported }) => unsupported !== undefined)?.unsupported,
    several: true,
    control: undefined,
    begins: undefined,
    plain: false,
    passesRows: false,
    locksUnusually: kinds.some(({ locksUnusually }) => locksUnusually),
    locksTables: kinds.some(({ locksTables }) => locksTables),
    changesSchema: kinds.some(({ changesSchema }) => changesSchema),
    marksSession: kinds.some(({ marksSession }) => marksSession),
    listens: kinds.some(({ listens }) => listens),
    twoPhase: kinds.some(({ twoPhase }) => twoPhase),
  };
}

function classifyOne(statement: SyntaxNode): StatementKind {
  const unsupported = unsupportedReason(statement);
  if (unsupported !== undefined) return { ...QUERY, unsupported };
  const [type, node] = Object.entries(statement)[0] as [string, SyntaxNode];
  if (type === "TransactionStmt") return transactionKind(node);
  if (type === "SelectStmt" || DATA_STATEMENTS.has(type)) {
    const tree = JSON.stringify(statement);
    const locksUnusually = ADVISORY.test(tree);
    const plain = !locksUnusually && !SLEEP.test(tree);
    const passesRows = plain && type === "SelectStmt" && !WAITS_FOR_ROWS.test(tree);
    return { ...QUERY, plain, passesRows, locksUnusually, marksSession: SESSION_FUNCTION.test(tree) };
  }
  if (type === "ListenStmt") return { ...QUERY, listens: true, marksSession: true };
  if (SESSION_STATEMENTS.has(type)) return { ...QUERY, locksUnusually: true, marksSession: true };
  if (type === "LockStmt") return { ...QUERY, locksUnusually: true, locksTables: true };
  if (PLAIN_UTILITIES.has(type)) return QUERY;
  return { ...QUERY, locksUnusually: true, locksTables: true, changesSchema: true, marksSession: true };
}

const DATA_STATEMENTS = new Set(["InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt"]);
const SESSION_STATEMENTS = new Set([
  "VariableSetStmt",
  "UnlistenStmt",
  "PrepareStmt",
  "ExecuteStmt",
  "DeallocateStmt",
  "DiscardStmt",
  "DeclareCursorStmt",
  "LoadStmt",
  "CallStmt",
  "DoStmt",
]);
const PLAIN_UTILITIES = new Set([
  "ExplainStmt",
  "VariableShowStmt",
  "ConstraintsSetStmt",
  "CheckPointStmt",
  "FetchStmt",
  "ClosePortalStmt",
  "NotifyStmt",
]);

/** Advisory locks of both kinds. */
const ADVISORY = /"sval":"pg_(try_)?advisory_/;

/** Parts of a query that wait for rows: data-modifying ones, and locking clauses without NOWAIT or SKIP LOCKED. */
const WAITS_FOR_ROWS = /"(InsertStmt|UpdateStmt|DeleteStmt|MergeStmt)":|"waitPolicy":"LockWaitBlock"/;

/** pg_sleep() and its kin. */
const SLEEP = /"sval":"pg_sleep/;

/** Functions whose effect outlives the transaction. */
const SESSION_FUNCTION = /"sval":"(set_config|setseed|pg_(try_)?advisory_(un)?lock[a-z_]*)"/;

/** BEGIN ... DEFERRABLE: the first query may wait for a safe snapshot. */
const DEFERRABLE = /"transaction_deferrable"/;

function transactionKind(node: SyntaxNode): StatementKind {
  switch (node["kind"]) {
    case "TRANS_STMT_COMMIT":
      return { ...QUERY, control: "commit" };
    case "TRANS_STMT_PREPARE":
    case "TRANS_STMT_COMMIT_PREPARED":
    case "TRANS_STMT_ROLLBACK_PREPARED":
      return { ...QUERY, locksUnusually: true, twoPhase: true };
    case "TRANS_STMT_BEGIN":
    case "TRANS_STMT_START":
      return {
        ...QUERY,
        control: "free",
        begins: node["kind"] === "TRANS_STMT_START" ? "START" : "BEGIN",
        locksUnusually: DEFERRABLE.test(JSON.stringify(node)),
      };
    default:
      return { ...QUERY, control: "free" };
  }
}
