/**
 * Re-running SKIP LOCKED: a second run must take the rows that the first one took, though others are free by now.
 *
 * The table of the locking clause is replaced, in the statement's text, by the same table narrowed to those row versions.
 */
import libpgQuery from "libpg-query";
import type { SyntaxNode } from "./statement-kind.ts";

/** A table that a statement locks with SKIP LOCKED, and where its name stands in the text (bytes of UTF-8). */
export interface SkipLockedTable {
  readonly schema: string | undefined;
  readonly table: string;
  readonly start: number;
  readonly end: number;
  readonly hasAlias: boolean;
}

/** The tables that `statement` locks with SKIP LOCKED, at any depth. */
export function findSkipLocked(text: string, statement: SyntaxNode): SkipLockedTable[] {
  const found: SkipLockedTable[] = [];
  visit(statement, (select) => {
    for (const clause of nodes(select["lockingClause"], "LockingClause")) {
      if (clause["waitPolicy"] !== "LockWaitSkip") continue;
      const named = nodes(clause["lockedRels"], "RangeVar").map((relation) => relation["relname"]);
      for (const relation of tablesOf(select["fromClause"])) {
        const name = aliasOf(relation) ?? relation["relname"];
        if (named.length === 0 || named.includes(name)) found.push(describe(text, relation));
      }
    }
  });
  return found;
}

/**
 * The statement narrowed to the row versions in its further parameters, one tid[] a table.
 * @param parameters how many parameters the statement has already
 */
export function pinSkipLocked(text: string, tables: readonly SkipLockedTable[], parameters: number): string {
  let bytes = Buffer.from(text);
  const numbered = tables.map((table, index) => ({ table, parameter: parameters + index + 1 }));
  for (const { table, parameter } of numbered.toSorted((a, b) => b.table.start - a.table.start)) {
    const name = bytes.subarray(table.start, table.end).toString();
    const alias = table.hasAlias ? "" : ` as "${table.table.replaceAll('"', '""')}"`;
    const narrowed = `(select * from ${name} where ctid = any($${parameter}::tid[]))${alias}`;
    bytes = Buffer.concat([bytes.subarray(0, table.start), Buffer.from(narrowed), bytes.subarray(table.end)]);
  }
  return bytes.toString();
}

function visit(node: unknown, onSelect: (select: SyntaxNode) => void): void {
  if (Array.isArray(node)) {
    for (const child of node) visit(child, onSelect);
  } else if (typeof node === "object" && node !== null) {
    for (const [type, child] of Object.entries(node)) {
      if (type === "SelectStmt") onSelect(child as SyntaxNode);
      visit(child, onSelect);
    }
  }
}

function nodes(list: unknown, type: string): SyntaxNode[] {
  if (!Array.isArray(list)) return [];
  return (list as SyntaxNode[]).flatMap((item) => (item[type] ? [item[type] as SyntaxNode] : []));
}

/** Plain tables of a FROM clause, those of joins too. */
function tablesOf(from: unknown): SyntaxNode[] {
  if (!Array.isArray(from)) return [];
  return (from as SyntaxNode[]).flatMap((item) => {
    const join = item["JoinExpr"] as SyntaxNode | undefined;
    if (join) return tablesOf([join["larg"], join["rarg"]]);
    const table = item["RangeVar"] as SyntaxNode | undefined;
    return table ? [table] : [];
  });
}

function aliasOf(relation: SyntaxNode): unknown {
  return (relation["alias"] as SyntaxNode | undefined)?.["aliasname"];
}

function describe(text: string, relation: SyntaxNode): SkipLockedTable {
  const start = Number(relation["location"] ?? 0);
  const tokens = libpgQuery.scanSync(text).tokens.filter((token) => token.start >= start);
  let last = 0;
  while (tokens[last + 1]?.text === "." && tokens[last + 2]) last += 2;
  return {
    schema: relation["schemaname"] as string | undefined,
    table: String(relation["relname"]),
    start,
    end: tokens[last]?.end ?? start,
    hasAlias: aliasOf(relation) !== undefined,
  };
}
