/**
 * What the text of a statement tells of what it touches, by Postgres' own grammar.
 *
 * Rows that a statement locks or writes are seen in the database (RowReport). What it reads without a lock leaves no mark there, and
 * neither does a row that SKIP LOCKED passed over: for those, the relations that the text names stand in.
 */
import { oncePerText, parseStatements, type SyntaxNode } from "../sql/grammar.ts";

/** A statement, as far as its text tells. */
export interface StatementFacts {
  /** Relations that it names, schemas left out (names of its own WITH clauses may be among them). */
  readonly names: readonly string[];
  /** Relations of which it looks at the contents: all that it names, but those into which it only inserts. */
  readonly reads: readonly string[];
  readonly inserts: readonly string[];
  /** Relations that it inserts into, updates, deletes from or merges into. */
  readonly writes: readonly string[];
  /** SKIP LOCKED or NOWAIT: what others hold decides what it does. */
  readonly looksAtLocks: boolean;
  /** Relations that LOCK TABLE locks. */
  readonly lockedTables: readonly string[];
  readonly locksAdvisory: boolean;
  /** It may look at the time; BEGIN fixes what now() says in its transaction. */
  readonly readsClock: boolean;
  readonly usesSequence: boolean;
  /** Functions that it calls, without schema. */
  readonly functions: readonly string[];
  /** BEGIN or SET TRANSACTION with an isolation level above READ COMMITTED, or a setting that may have that effect. */
  readonly keepsSnapshot: boolean;
  readonly isSerializable: boolean;
  /** ROLLBACK TO SAVEPOINT. */
  readonly rollsBackToSavepoint: boolean;
  /** What it does cannot be told from its text. */
  readonly isUnknown: boolean;
}

/** The facts of a text, once the grammar is loaded. */
export const statementFacts: (text: string) => StatementFacts = oncePerText(readFacts);

interface Found {
  readonly names: Set<string>;
  readonly reads: Set<string>;
  readonly inserts: Set<string>;
  readonly writes: Set<string>;
  readonly functions: Set<string>;
  looksAtLocks: boolean;
}

const DATA_STATEMENTS: ReadonlySet<string> = new Set([
  "SelectStmt",
  "InsertStmt",
  "UpdateStmt",
  "DeleteStmt",
  "MergeStmt",
]);
const HARMLESS: ReadonlySet<string> = new Set([
  "TransactionStmt",
  "VariableSetStmt",
  "VariableShowStmt",
  "LockStmt",
]);
const TIME =
  /"(now|clock_timestamp|statement_timestamp|transaction_timestamp|timeofday|uuidv7|pg_sleep\w*|age|now\(\))"|SQLValueFunction|"(today|tomorrow|yesterday)"/;
/** What tells of other sessions: their locks, snapshots and activities. */
const INTERNALS =
  /"sval":"pg_\w*(snapshot|xact_status|lock_status|blocking|stat_|notif)\w*"|"(relname|schemaname)":"(pg_|information_schema)/;
const BEGIN = /TRANS_STMT_(BEGIN|START)/;
const SEQUENCE = /"sval":"(nextval|currval|lastval|setval)"/;
const ADVISORY = /"sval":"pg_(try_)?advisory_/;
const SNAPSHOT_SETTING = /transaction|isolation/;
const UNKNOWN_SETTING = /role|authorization|search_path|constraint|session_replication/;

function readFacts(text: string): StatementFacts {
  const statements = parseStatements(text);
  if (statements === undefined) return { ...facts("", emptyFound()), isUnknown: true };
  const found = emptyFound();
  const tree = JSON.stringify(statements);
  let isUnknown = INTERNALS.test(tree);
  for (const { stmt } of statements) {
    const [type, node] = Object.entries(stmt ?? {})[0] ?? ["", {}];
    if (DATA_STATEMENTS.has(type)) visit(stmt, found);
    else
      isUnknown ||=
        !HARMLESS.has(type) || (type === "VariableSetStmt" && isUnknownSetting(node as SyntaxNode));
  }
  const lockedTables = statements.flatMap(({ stmt }) => tablesOfLock(stmt));
  return { ...facts(tree, found), lockedTables, isUnknown };
}

function facts(tree: string, found: Found): StatementFacts {
  return {
    names: [...found.names],
    reads: [...found.reads],
    inserts: [...found.inserts],
    writes: [...found.writes],
    looksAtLocks: found.looksAtLocks,
    lockedTables: [],
    locksAdvisory: ADVISORY.test(tree),
    readsClock: TIME.test(tree) || BEGIN.test(tree),
    usesSequence: SEQUENCE.test(tree),
    functions: [...found.functions],
    keepsSnapshot:
      /repeatable read|serializable/i.test(tree) ||
      settingNames(tree).some((name) => SNAPSHOT_SETTING.test(name)),
    isSerializable: /serializable/i.test(tree),
    rollsBackToSavepoint: tree.includes("TRANS_STMT_ROLLBACK_TO"),
    isUnknown: false,
  };
}

function emptyFound(): Found {
  const set = (): Set<string> => new Set();
  return { names: set(), reads: set(), inserts: set(), writes: set(), functions: set(), looksAtLocks: false };
}

/** Walks the tree; a statement's own target is told apart from the relations that it reads. */
function visit(value: unknown, found: Found): void {
  if (Array.isArray(value)) for (const item of value) visit(item, found);
  else if (typeof value === "object" && value !== null) {
    for (const [key, child] of Object.entries(value)) visitField(key, child as SyntaxNode, found);
  }
}

function visitField(key: string, child: SyntaxNode, found: Found): void {
  if (key === "RangeVar") addRead(child, found);
  if (key === "LockingClause" && child["waitPolicy"] !== "LockWaitBlock") found.looksAtLocks = true;
  if (key === "FuncCall") found.functions.add(lastName(child["funcname"]));
  if (key === "InsertStmt" || key === "UpdateStmt" || key === "DeleteStmt" || key === "MergeStmt") {
    const { relation, ...rest } = child;
    const name = nameOf(relation);
    found.names.add(name);
    found.writes.add(name);
    if (key === "InsertStmt" || key === "MergeStmt") found.inserts.add(name);
    if (key !== "InsertStmt" || "onConflictClause" in rest) found.reads.add(name);
    visit(rest, found);
    return;
  }
  visit(child, found);
}

function addRead(rangeVar: SyntaxNode, found: Found): void {
  const name = nameOf(rangeVar);
  found.names.add(name);
  found.reads.add(name);
}

function nameOf(rangeVar: unknown): string {
  return (rangeVar as { readonly relname?: string } | undefined)?.relname ?? "";
}

/** The last part of a qualified name, a list of strings. */
function lastName(parts: unknown): string {
  const last = (parts as readonly { readonly String?: { readonly sval?: string } }[]).at(-1);
  return last?.String?.sval ?? "";
}

function tablesOfLock(statement: SyntaxNode | undefined): readonly string[] {
  const lock = statement?.["LockStmt"] as { readonly relations?: readonly SyntaxNode[] } | undefined;
  return (lock?.relations ?? []).map(({ RangeVar }) => nameOf(RangeVar));
}

function settingNames(tree: string): readonly string[] {
  if (!tree.includes("VariableSetStmt")) return [];
  return [...tree.matchAll(/"name":"([^"]+)"/g)].map(([, name]) => name ?? "");
}

function isUnknownSetting({ name }: SyntaxNode): boolean {
  return typeof name !== "string" || UNKNOWN_SETTING.test(name);
}
