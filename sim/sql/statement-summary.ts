/**
 * What a statement does to which relations, read from its syntax tree.
 */
import { loadGrammar, oncePerText, parseStatements, type SyntaxNode } from "./grammar.ts";

/** What a statement does; names of relations without their schema, each once, in the order of the text. */
export interface StatementSummary {
  /** Relations read without a row lock. */
  readonly reads: readonly string[];
  /** Relations whose rows are locked by FOR UPDATE and its kin, or that LOCK TABLE names. */
  readonly locks: readonly string[];
  readonly inserts: readonly string[];
  readonly updates: readonly string[];
  readonly deletes: readonly string[];
  /** What else it is: its first word in lower case, e.g. "begin", "commit", "rollback", "savepoint", "set". */
  readonly command: string;
}

type Found = { readonly [Verb in Exclude<keyof StatementSummary, "command">]: Set<string> };

/** The summary of one SQL statement (see `statementSummary`), once the grammar is loaded. */
export async function summarizeStatement(text: string): Promise<StatementSummary> {
  await loadGrammar();
  return statementSummary(text);
}

/** The summary of one SQL statement, once the grammar is loaded; a text that does not parse has only its `command`. */
export const statementSummary: (text: string) => StatementSummary = oncePerText(summarize);

function summarize(text: string): StatementSummary {
  const found: Found = {
    reads: new Set(),
    locks: new Set(),
    inserts: new Set(),
    updates: new Set(),
    deletes: new Set(),
  };
  for (const { stmt } of parseStatements(text) ?? []) visit(stmt, found, new Set());
  for (const verb of [found.locks, found.inserts, found.updates, found.deletes]) {
    for (const relation of verb) found.reads.delete(relation);
  }
  return {
    reads: [...found.reads],
    locks: [...found.locks],
    inserts: [...found.inserts],
    updates: [...found.updates],
    deletes: [...found.deletes],
    command: firstWord(text),
  };
}

/** Walks a node; `named` are the names of common table expressions in sight, which are no relations. */
function visit(node: unknown, found: Found, named: ReadonlySet<string>): void {
  if (Array.isArray(node)) {
    for (const item of node) visit(item, found, named);
    return;
  }
  if (!isTree(node)) return;
  for (const [type, content] of Object.entries(node)) visitNode(type, content, found, named);
}

function visitNode(type: string, content: unknown, found: Found, named: ReadonlySet<string>): void {
  if (!isTree(content)) {
    visit(content, found, named);
    return;
  }
  const inSight = new Set([...named, ...commonTableNames(content)]);
  switch (type) {
    case "RangeVar":
      addRelation(found.reads, content, inSight);
      return;
    case "SelectStmt":
      addLocks(content, found, inSight);
      visit({ ...content, lockingClause: undefined }, found, inSight);
      return;
    case "InsertStmt":
      addRelation(found.inserts, content["relation"], inSight);
      break;
    case "UpdateStmt":
      addRelation(found.updates, content["relation"], inSight);
      break;
    case "DeleteStmt":
      addRelation(found.deletes, content["relation"], inSight);
      break;
    case "LockStmt":
      for (const relation of relationsIn(content["relations"])) found.locks.add(relation.name);
      return;
    default:
      visit(content, found, inSight);
      return;
  }
  visit({ ...content, relation: undefined }, found, inSight);
}

/** Adds what the locking clauses of a SELECT lock: the relations that they name (by alias), or all of its FROM. */
function addLocks(select: SyntaxNode, found: Found, named: ReadonlySet<string>): void {
  const candidates = relationsIn(select["fromClause"]).filter(({ name }) => !named.has(name));
  for (const clause of asArray(select["lockingClause"])) {
    const locked = relationsIn(field(field(clause, "LockingClause"), "lockedRels")).map(({ name }) => name);
    for (const { name, alias } of candidates) {
      if (locked.length === 0 || locked.includes(alias)) found.locks.add(name);
    }
  }
}

function addRelation(to: Set<string>, relation: unknown, named: ReadonlySet<string>): void {
  const name = field(relation, "relname");
  if (typeof name === "string" && !named.has(name)) to.add(name);
}

/** Relations in a FROM list, joins unfolded, subqueries left out. */
function relationsIn(node: unknown): readonly { readonly name: string; readonly alias: string }[] {
  if (Array.isArray(node)) return node.flatMap(relationsIn);
  const join = field(node, "JoinExpr");
  if (join !== undefined) return [...relationsIn(field(join, "larg")), ...relationsIn(field(join, "rarg"))];
  const relation = field(node, "RangeVar");
  const name = field(relation, "relname");
  if (typeof name !== "string") return [];
  const alias = field(field(relation, "alias"), "aliasname");
  return [{ name, alias: typeof alias === "string" ? alias : name }];
}

function commonTableNames(statement: SyntaxNode): readonly string[] {
  return asArray(field(statement["withClause"], "ctes")).flatMap((cte) => {
    const name = field(field(cte, "CommonTableExpr"), "ctename");
    return typeof name === "string" ? [name] : [];
  });
}

function firstWord(text: string): string {
  return text.trim().toLowerCase().split(/[\s;]/, 1)[0] ?? "";
}

function field(node: unknown, name: string): unknown {
  return isTree(node) ? node[name] : undefined;
}

function asArray(node: unknown): readonly unknown[] {
  return Array.isArray(node) ? node : [];
}

function isTree(node: unknown): node is SyntaxNode {
  return typeof node === "object" && node !== null && !Array.isArray(node);
}
