/**
 * What an executed plan tells about the work it was: buffers, rows, and which nodes did it.
 *
 * Read from EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON); section 14.1 of the PostgreSQL manual. All counts, no times: they are
 * the same on every machine for the same data and settings.
 */

/** The work of one statement. */
export interface PlanFacts {
  /** Buffers (pages of 8 kB) that execution asked for, found in shared buffers or read; the same page counts each time. */
  readonly buffers: number;
  /** Buffers that planning asked for. */
  readonly planningBuffers: number;
  /** Rows that scans of tables gave or threw away. */
  readonly rowsRead: number;
  /** Rows that locking clauses locked. */
  readonly rowsLocked: number;
  /** Rows inserted, updated or deleted. */
  readonly rowsWritten: number;
  /** Node types from the top down, scans with what they scan, e.g. "Index Scan using a_pkey". */
  readonly nodes: readonly string[];
}

/** No work. */
export const NO_WORK: PlanFacts = {
  buffers: 0,
  planningBuffers: 0,
  rowsRead: 0,
  rowsLocked: 0,
  rowsWritten: 0,
  nodes: [],
};

/** Two pieces of work as one; nodes are those of both, each once. */
export function addWork(a: PlanFacts, b: PlanFacts): PlanFacts {
  return {
    buffers: a.buffers + b.buffers,
    planningBuffers: a.planningBuffers + b.planningBuffers,
    rowsRead: a.rowsRead + b.rowsRead,
    rowsLocked: a.rowsLocked + b.rowsLocked,
    rowsWritten: a.rowsWritten + b.rowsWritten,
    nodes: [...new Set([...a.nodes, ...b.nodes])],
  };
}

/** Reads what EXPLAIN gave: the value of its one column, parsed or as text. Throws TypeError where that is no plan. */
export function planFacts(explained: unknown): PlanFacts {
  const parsed: unknown = typeof explained === "string" ? JSON.parse(explained) : explained;
  const [top] = parsed as readonly (Explained | undefined)[];
  if (top?.Plan === undefined) throw new TypeError("This is no plan in JSON.");
  const nodes = [...walk(top.Plan)];
  return {
    buffers: blocks(top.Plan),
    planningBuffers: blocks(top.Planning ?? {}),
    rowsRead: sum(nodes.filter(scansTable).map((node) => rows(node) + thrownAway(node))),
    rowsLocked: sum(nodes.filter((node) => node["Node Type"] === "LockRows").map(rows)),
    rowsWritten: sum(nodes.filter((node) => node["Node Type"] === "ModifyTable").map(written)),
    nodes: nodes.map(nodeName),
  };
}

interface Blocks {
  readonly "Shared Hit Blocks"?: number;
  readonly "Shared Read Blocks"?: number;
}

interface PlanNode extends Blocks {
  readonly "Node Type": string;
  readonly "Relation Name"?: string;
  readonly "Index Name"?: string;
  /** A mean over the loops. */
  readonly "Actual Rows": number;
  readonly "Actual Loops": number;
  readonly "Rows Removed by Filter"?: number;
  readonly "Rows Removed by Index Recheck"?: number;
  readonly Plans?: readonly PlanNode[];
}

interface Explained {
  readonly Plan?: PlanNode;
  readonly Planning?: Blocks;
}

function* walk(node: PlanNode): Generator<PlanNode> {
  yield node;
  for (const child of node.Plans ?? []) yield* walk(child);
}

function blocks(of: Blocks): number {
  return (of["Shared Hit Blocks"] ?? 0) + (of["Shared Read Blocks"] ?? 0);
}

function rows(node: PlanNode): number {
  return Math.round(node["Actual Rows"] * node["Actual Loops"]);
}

function thrownAway(node: PlanNode): number {
  const perLoop = (node["Rows Removed by Filter"] ?? 0) + (node["Rows Removed by Index Recheck"] ?? 0);
  return Math.round(perLoop * node["Actual Loops"]);
}

/** A ModifyTable without RETURNING gives no rows; what it wrote came from below. */
function written(node: PlanNode): number {
  return sum((node.Plans ?? []).map(rows));
}

function scansTable(node: PlanNode): boolean {
  return node["Relation Name"] !== undefined && node["Node Type"].endsWith("Scan");
}

function nodeName(node: PlanNode): string {
  const index = node["Index Name"];
  if (index !== undefined) return `${node["Node Type"]} using ${index}`;
  const relation = node["Relation Name"];
  return relation === undefined ? node["Node Type"] : `${node["Node Type"]} on ${relation}`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
