/**
 * Which rows a statement names, and how it waits for them, read from its syntax tree: `where id = $1`, `where id = any ($1)`.
 */
import { oncePerText, parseStatements, type SyntaxNode } from "./grammar.ts";

/** How a statement asks for row locks. */
export interface LockingWords {
  /** It never waits: NOWAIT or SKIP LOCKED. */
  readonly waits: boolean;
  /** FOR SHARE or FOR KEY SHARE, which others may hold as well. */
  readonly shared: boolean;
}

/** A column that has to be equal to a parameter, a constant, or a member of an array that is a parameter. */
type Condition = ParameterCondition | { readonly column: string; readonly constant: string };

interface ParameterCondition {
  readonly column: string;
  readonly parameter: number;
  readonly any: boolean;
}

interface Analysis extends LockingWords {
  readonly conditions: readonly Condition[];
  readonly sorted: boolean;
}

/** How `text` waits for locks. The grammar must be loaded. */
export function lockingWords(text: string): LockingWords {
  return analysis(text);
}

/**
 * The rows that a statement on one relation names by equality, in the order in which it locks them, as "id=7" (several
 * columns joined by commas); none where its WHERE clause does not tell. The grammar must be loaded.
 */
export function rowKeys(text: string, values: readonly unknown[]): readonly string[] {
  const { conditions, sorted } = analysis(text);
  let keys: readonly string[][] = [[]];
  for (const condition of conditions) {
    const texts = "constant" in condition ? [condition.constant] : parameterTexts(values, condition, sorted);
    keys = keys.flatMap((key) => texts.map((value) => [...key, `${condition.column}=${value}`]));
  }
  return conditions.length === 0 ? [] : keys.map((key) => key.toSorted().join());
}

function parameterTexts(
  values: readonly unknown[],
  { parameter, any }: ParameterCondition,
  sorted: boolean,
): readonly string[] {
  const value = values[parameter - 1];
  if (!any) return [plainText(value)];
  const members = Array.isArray(value) ? value.map(plainText) : [];
  return sorted ? members.sort() : members;
}

function plainText(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "null");
}

const analysis = oncePerText(analyse);

function analyse(text: string): Analysis {
  const statement = parseStatements(text)?.[0]?.stmt;
  const words = JSON.stringify(statement ?? {});
  const [node] = Object.values(statement ?? {}) as (SyntaxNode | undefined)[];
  const from = node?.["fromClause"];
  const single =
    from === undefined || (Array.isArray(from) && from.length === 1 && "RangeVar" in (from[0] as SyntaxNode));
  return {
    waits: !/"waitPolicy":"LockWait(Skip|Error)"|"nowait":true/.test(words),
    shared: /"strength":"LCS_FOR(KEY)?SHARE"/.test(words),
    conditions: single ? conditionsIn(node?.["whereClause"]) : [],
    sorted: node?.["sortClause"] !== undefined,
  };
}

/** The equalities that all have to hold. */
function conditionsIn(where: unknown): readonly Condition[] {
  const { BoolExpr: all, A_Expr: one } = (where ?? {}) as {
    readonly BoolExpr?: SyntaxNode;
    readonly A_Expr?: SyntaxNode;
  };
  if (all?.["boolop"] === "AND_EXPR") return (all["args"] as readonly unknown[]).flatMap(conditionsIn);
  const condition = one && equality(one);
  return condition ? [condition] : [];
}

function equality(expression: SyntaxNode): Condition | undefined {
  const { kind, lexpr, rexpr } = expression;
  const isEquals = JSON.stringify(expression["name"]) === `[{"String":{"sval":"="}}]`;
  const any = kind === "AEXPR_OP_ANY";
  const fields = ((lexpr as SyntaxNode | undefined)?.["ColumnRef"] as SyntaxNode | undefined)?.["fields"];
  const last = (Array.isArray(fields) ? (fields.at(-1) as SyntaxNode) : undefined)?.["String"] as
    SyntaxNode | undefined;
  const column = last?.["sval"];
  if (!isEquals || !(any || kind === "AEXPR_OP") || typeof column !== "string") return undefined;
  const { ParamRef: parameter, A_Const: constant } = (rexpr ?? {}) as Readonly<
    Record<string, SyntaxNode | undefined>
  >;
  if (parameter) return { column, parameter: Number(parameter["number"] ?? 0), any };
  return constant && !any ? { column, constant: constantText(constant) } : undefined;
}

function constantText(constant: SyntaxNode): string {
  const { location: _location, ...rest } = constant;
  const [value] = Object.values(rest).flatMap((node) => Object.values(node as SyntaxNode));
  return plainText(value ?? 0);
}
