/**
 * Cuts a step's SQL into its statements by Postgres' own grammar.
 */
import { parseStatements, type SyntaxNode } from "../sql/grammar.ts";

/** What a statement means for the transaction block that it runs in. */
export type BlockControl = "begin" | "begin-with-modes" | "commit" | "rollback" | "savepoint";

/** One statement of a step. */
export interface SplitStatement {
  /** As it stands where it is alone; else without the semicolon and what surrounds it. */
  readonly text: string;
  /** Absent for a statement that neither begins nor ends a block (AND CHAIN does both) nor needs one. */
  readonly control: BlockControl | undefined;
  /** Set for SET deadlock_timeout: its value. */
  readonly deadlockTimeoutMs: number | undefined;
}

/**
 * The statements of `sql`, once the grammar is loaded; SQL that does not parse is one statement: Postgres itself shall say
 * what is wrong with it.
 */
export function splitStatements(sql: string): SplitStatement[] {
  const parsed = parseStatements(sql);
  if (parsed === undefined) return [{ text: sql, control: undefined, deadlockTimeoutMs: undefined }];
  const bytes = Buffer.from(sql);
  return parsed.map(({ stmt, stmt_location: start = 0, stmt_len: length = bytes.length - start }) => ({
    text: parsed.length === 1 ? sql : bytes.toString("utf8", start, start + length).trim(),
    control: blockControl(stmt?.["TransactionStmt"] as SyntaxNode | undefined),
    deadlockTimeoutMs: deadlockTimeout(stmt?.["VariableSetStmt"] as SyntaxNode | undefined),
  }));
}

function blockControl(node: SyntaxNode | undefined): BlockControl | undefined {
  if (node?.["chain"] === true) return undefined;
  switch (node?.["kind"]) {
    case "TRANS_STMT_BEGIN":
    case "TRANS_STMT_START":
      return node["options"] === undefined ? "begin" : "begin-with-modes";
    case "TRANS_STMT_COMMIT":
    case "TRANS_STMT_PREPARE":
      return "commit";
    case "TRANS_STMT_ROLLBACK":
      return "rollback";
    case "TRANS_STMT_SAVEPOINT":
      return "savepoint";
    default:
      return undefined;
  }
}

const UNITS_MS: Readonly<Record<string, number>> = { "": 1, ms: 1, s: 1_000, min: 60_000, h: 3_600_000 };

function deadlockTimeout(node: SyntaxNode | undefined): number | undefined {
  if (node?.["name"] !== "deadlock_timeout") return undefined;
  const tree = JSON.stringify(node["args"] ?? []);
  const [, amount, unit] = /"(?:sval|ival)":"?(\d+) ?([a-z]*)/.exec(tree) ?? [];
  return amount === undefined ? undefined : Number(amount) * (UNITS_MS[unit ?? ""] ?? 1);
}
