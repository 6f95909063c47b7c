/**
 * "Held this, asked for that": what the runs of an exploration tell about the order of locks.
 *
 * Two sessions that take the same two locks in opposite orders can deadlock, also where no run met them at the wrong moment.
 * This is the lock graph of Havelund's Goodlock ("Using runtime analysis to guide model checking of Java programs", SPIN 2000),
 * its nodes relations, and rows where a session takes several rows of one relation. Locks are read from the statements:
 * rows that a SELECT locks, that UPDATE and DELETE write, relations of LOCK TABLE, and whatever a statement was
 * seen waiting for. What nobody waited for and no text names (foreign keys, triggers) is not seen.
 */
import { lockingWords, rowKeys } from "../sql/row-keys.ts";
import { statementSummary } from "../sql/statement-summary.ts";
import type { RunResult, TraceStep } from "../trace/trace.ts";
import { endsTransaction } from "./relation-footprint.ts";

/** A session that held one lock asked for another and would have waited for it. */
export interface LockEdge {
  readonly session: string;
  /** A relation, or a row "relation(id=7)" where both are rows of one relation. */
  readonly held: string;
  readonly asked: string;
  /** The statements that took `held` and asked for `asked`. */
  readonly heldBy: string;
  readonly askedBy: string;
  readonly heldShared: boolean;
  readonly askedShared: boolean;
  /** Rows that were held alone at that time, sorted: two sessions that need the same one cannot be here at once. */
  readonly guards: readonly string[];
}

interface Lock {
  readonly relation: string;
  /** As `rowKeys` gives it; undefined where the rows are not known. */
  readonly row: string | undefined;
  readonly shared: boolean;
  readonly text: string;
}

/** The edges of one run, each once. The grammar must be loaded (see `loadGrammar`). */
export function lockEdges({ steps }: Pick<RunResult, "steps">): readonly LockEdge[] {
  const held = new Map<string, Lock[]>();
  const edges = new Map<string, LockEdge>();
  for (const step of steps) {
    const { session, action } = step;
    if (action.kind !== "statement") continue;
    const { waits } = lockingWords(action.text);
    const own = held.get(session) ?? [];
    for (const lock of locksOf(step)) {
      if (own.some((other) => covers(other, lock))) continue;
      if (waits && own.length > 0)
        for (const edge of edgesTo(lock, session, own)) edges.set(edgeKey(edge), edge);
      own.push(lock);
    }
    held.set(session, own);
    forgetEnded(held, step);
  }
  return [...edges.values()];
}

/** Names an edge; equal edges have equal keys. */
export function edgeKey({ session, held, asked, heldShared, askedShared, guards }: LockEdge): string {
  return `${held} ${asked} ${session} ${heldShared} ${askedShared} ${guards.join()}`;
}

/** What a step asks for, in the order in which it does. */
function locksOf({ action, outcome }: TraceStep): readonly Lock[] {
  if (action.kind !== "statement") return [];
  const { text, values } = action;
  const { locks, inserts, updates, deletes } = statementSummary(text);
  const waited = outcome.kind === "waiting" ? outcome.wait.lock.relation : undefined;
  const named = [...locks, ...updates, ...deletes];
  if (named.length === 0 && inserts.length === 0 && waited === undefined) return [];
  const { shared } = lockingWords(text);
  const single = named.length === 1 && inserts.length === 0;
  const rows = single ? rowKeys(text, Array.isArray(values) ? values : []) : [];
  const asked: Lock[] = [];
  for (const relation of named) {
    const known = rows.length > 0 ? rows : [undefined];
    for (const row of known) asked.push({ relation, row, shared: shared && locks.includes(relation), text });
  }
  for (const relation of inserts) asked.push({ relation, row: undefined, shared: false, text });
  if (waited !== undefined && !asked.some(({ relation }) => relation === waited))
    asked.push({ relation: waited, row: undefined, shared: false, text });
  return asked;
}

/**
 * Whether who holds `held` has nothing to wait for in `asked`: the same rows, or fewer of them. Where the two name their rows by
 * different columns, or one does not name them, it is taken for granted.
 */
function covers(held: Lock, asked: Lock): boolean {
  if (held.relation !== asked.relation || (held.shared && !asked.shared)) return false;
  if (held.row === undefined || asked.row === undefined || held.row === asked.row) return true;
  const conditions = new Map(asked.row.split(",").map(nameAndValue));
  const own = held.row.split(",").map(nameAndValue);
  if (own.some(([column]) => !conditions.has(column))) return true;
  return own.every(([column, value]) => conditions.get(column) === value);
}

function nameAndValue(condition: string): readonly [string, string] {
  const at = condition.indexOf("=");
  return [condition.slice(0, at), condition.slice(at + 1)];
}

function edgesTo(asked: Lock, session: string, own: readonly Lock[]): readonly LockEdge[] {
  const guards = [
    ...new Set(own.filter(({ shared, row }) => !shared && row !== undefined).map(rowName)),
  ].sort();
  return own.flatMap((lock) => {
    const sameRelation = lock.relation === asked.relation;
    if (sameRelation && (lock.row === undefined || asked.row === undefined)) return [];
    const name = sameRelation ? rowName : ({ relation }: Lock): string => relation;
    return {
      session,
      held: name(lock),
      asked: name(asked),
      heldBy: lock.text,
      askedBy: asked.text,
      heldShared: lock.shared,
      askedShared: asked.shared,
      guards,
    };
  });
}

function rowName({ relation, row }: Lock): string {
  return `${relation}(${row})`;
}

/** Locks end with their transaction: at its end, at a commit of a statement of its own, and where it is a victim. */
function forgetEnded(held: Map<string, Lock[]>, { session, action, commits, deadlocks }: TraceStep): void {
  if (action.kind === "statement" && endsTransaction(action.text)) held.delete(session);
  for (const committed of commits) held.delete(committed);
  for (const { victim } of deadlocks) held.delete(victim);
}
