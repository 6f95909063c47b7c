/**
 * The relations that a step touches by the text of its statement, and whether the order of two steps may matter by that.
 *
 * A guess, and coarse, but to be had before a step is made, and from any trace: two statements depend on each other if both name a
 * relation that one of them writes, or that both lock. What a text does not tell (triggers, foreign keys, functions) is not
 * seen. Sleeps and timeouts depend on each other: who wakes first matters, what time it is for the others does not count. It
 * serves sampling (pos) and the counting of classes. The exhaustive search, which must miss nothing, rests on what was observed
 * of each step, row by row: sim/dependence.
 */
import { statementSummary } from "../sql/statement-summary.ts";
import { isRollbackToSavepoint } from "../sql/transaction-control.ts";

/** Relations that a step reads without locking, locks or writes: one bit each, which means nothing outside its reader. */
export interface RelationFootprint {
  readonly reads: number;
  readonly locks: number;
  readonly writes: number;
}

/** Follows the transactions of one run; a statement that is undefined is a sleep or a timeout. */
export interface FootprintReader {
  /** The footprint that `text` would have as the next step of `session`. */
  peek(session: string, text: string | undefined): RelationFootprint;
  /** The same, and the step is made. */
  next(session: string, text: string | undefined): RelationFootprint;
}

const NOTHING: RelationFootprint = { reads: 0, locks: 0, writes: 0 };
/** Bits of a footprint; relations beyond share the last one. */
const BITS = 31;
/** A statement that is not understood. */
const EVERYTHING: RelationFootprint = { reads: 0, locks: 0, writes: ~0 };
/** Sleeps and timeouts: they depend on each other. */
const CLOCK = "(clock)";
/** Advisory locks count as one relation of this name. */
const ADVISORY = "(advisory)";
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

/**
 * A reader at the beginning of a run; the end of a transaction has the footprint of all that it wrote and locked. The grammar must
 * be loaded (see `loadGrammar`).
 */
export function createFootprintReader(): FootprintReader {
  const bits = new Map<string, number>();
  const known = new Map<string | undefined, RelationFootprint>();
  const open = new Map<string, RelationFootprint>();

  const bit = (relation: string): number => {
    const place = bits.get(relation) ?? Math.min(bits.size, BITS - 1);
    bits.set(relation, place);
    return 1 << place;
  };
  const mask = (relations: readonly string[]): number =>
    relations.reduce((sum, relation) => sum | bit(relation), 0);
  const read = (text: string | undefined): RelationFootprint => {
    if (text === undefined) return { ...NOTHING, writes: bit(CLOCK) };
    const { reads, locks, inserts, updates, deletes, command } = statementSummary(text);
    const advisory = /\bpg_(try_)?advisory_/i.test(text) ? [ADVISORY] : [];
    const footprint = {
      reads: mask(reads),
      locks: mask([...locks, ...advisory]),
      writes: mask([...inserts, ...updates, ...deletes]),
    };
    const touches = (footprint.reads | footprint.locks | footprint.writes) !== 0;
    const understood = touches || command === "select" || TOUCHES_NOTHING.has(command);
    return understood ? footprint : EVERYTHING;
  };
  const peek = (session: string, text: string | undefined): RelationFootprint => {
    if (text !== undefined && endsTransaction(text)) return open.get(session) ?? NOTHING;
    let footprint = known.get(text);
    if (footprint === undefined) known.set(text, (footprint = read(text)));
    return footprint;
  };
  return {
    peek,
    next(session, text) {
      const footprint = peek(session, text);
      if (text === undefined) return footprint;
      const held = open.get(session) ?? NOTHING;
      if (endsTransaction(text)) open.delete(session);
      else
        open.set(session, {
          reads: 0,
          locks: held.locks | footprint.locks,
          writes: held.writes | footprint.writes,
        });
      return footprint;
    },
  };
}

/** Whether the order of two steps of different sessions may matter; both footprints are of one reader. */
export function mayDepend(one: RelationFootprint, other: RelationFootprint): boolean {
  if (one === EVERYTHING || other === EVERYTHING) return true;
  const meeting =
    (one.writes & (other.writes | other.locks | other.reads)) |
    (one.locks & (other.writes | other.locks)) |
    (one.reads & other.writes);
  return meeting !== 0;
}

/** Whether `text` ends its transaction; ROLLBACK TO a savepoint does not. */
export function endsTransaction(text: string): boolean {
  return ENDS.has(statementSummary(text).command) && !isRollbackToSavepoint(text);
}
