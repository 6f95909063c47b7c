/**
 * What a step touches, and whether the order of two steps can matter: the dependence on which partial orders rest.
 *
 * It is coarse, by relation and by the statement's text: two statements depend on each other if both name a relation that
 * one of them writes, or that both lock. What a text does not tell (triggers, foreign keys, functions) is not seen. A sleep moves
 * everybody's clock and so depends on everything.
 */
import { statementSummary } from "../trace/statement-summary.ts";

/** Relations that a step reads without locking, locks or writes. */
export interface Footprint {
  readonly reads: ReadonlySet<string>;
  readonly locks: ReadonlySet<string>;
  readonly writes: ReadonlySet<string>;
  /** Nothing is known: it depends on every other step. */
  readonly everything: boolean;
}

/** Follows the transactions of one run; a statement that is undefined is a sleep or a timeout. */
export interface FootprintReader {
  /** The footprint that `text` would have as the next step of `session`. */
  peek(session: string, text: string | undefined): Footprint;
  /** The same, and the step is made. */
  next(session: string, text: string | undefined): Footprint;
}

const NONE: ReadonlySet<string> = new Set();
const EVERYTHING: Footprint = { reads: NONE, locks: NONE, writes: NONE, everything: true };
const ENDS: ReadonlySet<string> = new Set(["commit", "end", "rollback", "abort"]);
/** Commands that touch no relation of their own. */
const TOUCHES_NOTHING: ReadonlySet<string> = new Set([
  "begin",
  "start",
  "set",
  "show",
  "savepoint",
  "release",
]);
/** Advisory locks count as one relation of this name. */
const ADVISORY = "(advisory)";

const known = new Map<string, Footprint>();

/** The footprint of a statement alone. */
function statementFootprint(text: string | undefined): Footprint {
  if (text === undefined) return EVERYTHING;
  let footprint = known.get(text);
  if (footprint === undefined) known.set(text, (footprint = read(text)));
  return footprint;
}

/**
 * A reader at the beginning of a run; the end of a transaction has the footprint of all that it wrote and locked. The grammar must
 * be loaded (see `loadGrammar`).
 */
export function createFootprintReader(): FootprintReader {
  const open = new Map<string, { readonly locks: Set<string>; readonly writes: Set<string> }>();
  const peek = (session: string, text: string | undefined): Footprint => {
    if (text === undefined || !endsTransaction(text)) return statementFootprint(text);
    return { reads: NONE, locks: NONE, writes: NONE, ...open.get(session), everything: false };
  };
  return {
    peek,
    next(session, text) {
      const footprint = peek(session, text);
      if (text !== undefined && endsTransaction(text)) {
        open.delete(session);
        return footprint;
      }
      const held = open.get(session) ?? { locks: new Set(), writes: new Set() };
      for (const relation of footprint.locks) held.locks.add(relation);
      for (const relation of footprint.writes) held.writes.add(relation);
      open.set(session, held);
      return footprint;
    },
  };
}

/** Whether the order of two steps of different sessions can matter. */
export function areDependent(one: Footprint, other: Footprint): boolean {
  if (one.everything || other.everything) return true;
  return (
    meets(one.writes, other.writes) ||
    meets(one.writes, other.locks) ||
    meets(one.writes, other.reads) ||
    meets(one.locks, other.writes) ||
    meets(one.locks, other.locks) ||
    meets(one.reads, other.writes)
  );
}

/** Whether `text` ends its transaction; ROLLBACK TO a savepoint does not. */
export function endsTransaction(text: string): boolean {
  return ENDS.has(statementSummary(text).command) && !/^\s*rollback\b.*\bto\b/i.test(text);
}

function read(text: string): Footprint {
  const { reads, locks, inserts, updates, deletes, command } = statementSummary(text);
  const advisory = /\bpg_(try_)?advisory_/i.test(text) ? [ADVISORY] : [];
  const footprint = {
    reads: new Set(reads),
    locks: new Set([...locks, ...advisory]),
    writes: new Set([...inserts, ...updates, ...deletes]),
  };
  const touched = footprint.reads.size + footprint.locks.size + footprint.writes.size;
  const understood = touched > 0 || command === "select" || TOUCHES_NOTHING.has(command) || ENDS.has(command);
  return { ...footprint, everything: !understood };
}

function meets(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  for (const relation of one) if (other.has(relation)) return true;
  return false;
}
