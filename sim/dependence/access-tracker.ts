/**
 * Collects, while a run goes on, what each of its steps touched.
 *
 * What is touched, and how two touches conflict (see access.ts):
 * - a row, with the strength of the lock, by whoever locks, writes or waits for it. A lock that its transaction has already is not
 *   touched again; the end of the transaction touches all rows that it held, since it lets others have them.
 * - the row locks of a relation, as a whole by SKIP LOCKED and NOWAIT, in part by whoever touches a row.
 * - the committed contents of a relation, read by whoever names it, changed by the commit of whoever wrote it: the snapshots of
 *   others begin to differ there and not before. A transaction that keeps its snapshot reads the contents of all.
 * - the keys of a relation, by inserting, by changing a key, and by the end of such a transaction.
 * - whole relations (LOCK TABLE), advisory locks and sequences, as wholes.
 * - that a session waits: changed by beginning to, looked at by whoever begins to wait for it, since that may close a cycle.
 * - the clock, read by actors, records of operations, invariants and statements, and moved by sleeps and timeouts.
 * - the order of commits, since invariants look at the state after each; and the ends of the operations at whose results they
 *   look then. When operations begin is not taken for something that others see: of runs that differ in that only, one is made.
 * What cannot be told (DDL, triggers, functions of the schema's own, SERIALIZABLE) touches everything.
 */
import type { Move, Outcome, RowStrength, RowTouch } from "../engine/port.ts";
import type { Seen } from "../race/watch.ts";
import { addAccess, newAccesses, type AccessBuilder, type Accesses } from "./access.ts";
import type { Catalog } from "./catalog.ts";
import { statementFacts, type StatementFacts } from "./statement-facts.ts";

/** What one step did, as far as others are concerned. */
export interface ObservedStep {
  readonly accesses: Accesses;
  /** Sessions other than the step's own that it let go on or made fail. */
  readonly woke: ReadonlySet<string>;
  /** It came after all others had finished. */
  readonly joined: boolean;
}

/** Follows one run. */
export interface AccessTracker {
  readonly note: (seen: Seen) => void;
  /** What was noted since the last call. */
  take(): ObservedStep;
}

/** A statement that waits. */
interface Waiting {
  readonly text: string;
  readonly blockers: readonly string[];
}

/** What a session's transaction has touched so far. */
interface Held {
  /** Rows by object name, with the strength that is held for sure; undefined: held, who knows how. */
  readonly rows: Map<string, RowStrength | undefined>;
  /** Row locks to give up at the end, by object name and strength. */
  readonly releases: Map<string, Set<RowStrength>>;
  readonly objects: Map<string, "part" | "write">;
  readonly wrote: Set<string>;
  everything: boolean;
  keepsSnapshot: boolean;
}

const STRENGTHS: readonly RowStrength[] = ["key share", "share", "no key update", "update"];

/** A tracker for a run on the schema of `catalog`. */
export function createAccessTracker(catalog: Catalog): AccessTracker {
  const sessions = new Map<string, Held>();
  const waiting = new Map<string, Waiting>();
  let accesses = newAccesses();
  let woke = new Set<string>();
  let joined = false;

  const heldBy = (session: string): Held => {
    let held = sessions.get(session);
    if (held === undefined) sessions.set(session, (held = nothingHeld()));
    return held;
  };
  const noteMove = (session: string, text: string, move: Move): void => {
    noteStatement(statementFacts(text), heldBy(session), catalog, accesses);
    if (statementFacts(text).rollsBackToSavepoint) release(heldBy(session), accesses);
    for (const { session: other } of move.settled) {
      const known = waiting.get(other);
      if (other !== session) woke.add(other);
      if (known !== undefined) noteStatement(statementFacts(known.text), heldBy(other), catalog, accesses);
    }
    if (move.rows === undefined) accesses.everything = true;
    for (const touch of move.rows?.touched ?? []) noteTouch(touch, heldBy(touch.session), catalog, accesses);
    for (const committer of move.commits) noteCommit(heldBy(committer), accesses);
    for (const [name, state] of Object.entries(move.rows?.transactions ?? {})) {
      if (state !== "open") release(heldBy(name), accesses);
      if (state === "none") sessions.delete(name);
    }
    noteOutcome(session, text, move.outcome);
    for (const { session: other, outcome } of move.settled)
      noteOutcome(other, waiting.get(other)?.text ?? text, outcome);
    for (const { edges } of move.deadlocks) {
      addAccess(accesses, `wait of ${session}`, "write");
      for (const edge of edges) addAccess(accesses, `wait of ${edge.session}`, "read");
    }
  };
  /** Whoever begins to wait looks along the chain of those who wait, and may close a deadlock. */
  const noteOutcome = (session: string, text: string, outcome: Outcome): void => {
    waiting.delete(session);
    if (outcome.kind !== "waiting") return;
    const { lock, for: blockers } = outcome.wait;
    waiting.set(session, { text, blockers });
    noteWait(lock.kind, statementFacts(text), accesses);
    addAccess(accesses, `wait of ${session}`, "write");
    const chain = new Set(blockers);
    for (const blocker of chain) {
      addAccess(accesses, `wait of ${blocker}`, "read");
      for (const next of waiting.get(blocker)?.blockers ?? []) chain.add(next);
    }
  };

  return {
    note(seen) {
      if (seen.kind === "move" && seen.session !== "setup") noteMove(seen.session, seen.text, seen.move);
      else if (seen.kind === "clock-read") addAccess(accesses, "clock", "read");
      else if (seen.kind === "clock-moved") addAccess(accesses, "clock", "write");
      else if (seen.kind === "operation-ended") addAccess(accesses, operationName(seen), "write");
      else if (seen.kind === "operation-read") addAccess(accesses, operationName(seen), "read");
      else if (seen.kind === "joined") joined = true;
    },
    take() {
      const observed = { accesses, woke, joined };
      accesses = newAccesses();
      woke = new Set();
      joined = false;
      return observed;
    },
  };
}

/** The same prefix of a run gives the same name. */
function operationName({ actor, beginStep }: { readonly actor: string; readonly beginStep: number }): string {
  return `operation of ${actor} from ${beginStep}`;
}

function nothingHeld(): Held {
  return {
    rows: new Map(),
    releases: new Map(),
    objects: new Map(),
    wrote: new Set(),
    everything: false,
    keepsSnapshot: false,
  };
}

/** What the text of a statement tells. */
function noteStatement(facts: StatementFacts, held: Held, catalog: Catalog, accesses: AccessBuilder): void {
  const tables = facts.names.map((name) => catalog.tables.get(name));
  const isUnknown =
    facts.isUnknown ||
    catalog.isUnknown ||
    facts.isSerializable ||
    tables.some((table) => table !== undefined && (!table.isTable || table.hasTriggers)) ||
    facts.functions.some((name) => catalog.functions.has(name));
  if (isUnknown) held.everything = true;
  if (facts.keepsSnapshot) held.keepsSnapshot = true;
  if (held.everything) accesses.everything = true;
  if (held.keepsSnapshot) addAccess(accesses, "contents", "read");
  const take = (object: string, mode: "part" | "write"): void => {
    addAccess(accesses, object, mode);
    if (held.objects.get(object) !== "write") held.objects.set(object, mode);
  };
  for (const name of facts.names) take(`table ${name}`, "part");
  for (const name of facts.lockedTables) take(`table ${name}`, "write");
  if (facts.locksAdvisory) take("advisory locks", "write");
  for (const name of facts.reads) addAccess(accesses, `contents of ${name}`, "read");
  for (const name of facts.writes) {
    for (const linked of catalog.tables.get(name)?.linked ?? [])
      if (linked !== name) addAccess(accesses, `contents of ${linked}`, "read");
  }
  if (facts.looksAtLocks) for (const name of facts.names) addAccess(accesses, `rows of ${name}`, "read");
  for (const name of facts.inserts)
    if (catalog.tables.get(name)?.hasKey === true) take(`keys of ${name}`, "write");
  const draws = facts.usesSequence || facts.inserts.some((name) => catalog.tables.get(name)?.usesSequence);
  if (draws) addAccess(accesses, "sequences", "write");
  if (facts.readsClock || tables.some((table) => table?.readsClock)) addAccess(accesses, "clock", "read");
}

/** A row that was locked, written or waited for. */
function noteTouch(
  { relation, row, strength, change, isCertain }: RowTouch,
  held: Held,
  catalog: Catalog,
  accesses: AccessBuilder,
): void {
  const object = `row ${row} of ${relation}`;
  const isWritten = change === "inserted" || change === "written";
  if (isWritten) held.wrote.add(relation);
  const table = catalog.tables.get(relation);
  const changesKey =
    change === "inserted" || (isWritten && (strength === "update" || table?.hasOddKey === true));
  if (changesKey && table?.hasKey === true) {
    addAccess(accesses, `keys of ${relation}`, "write");
    held.objects.set(`keys of ${relation}`, "write");
  }
  const has = held.rows.get(object);
  if (isCertain && has !== undefined && STRENGTHS.indexOf(has) >= STRENGTHS.indexOf(strength)) return;
  addAccess(accesses, object, strength);
  addAccess(accesses, `rows of ${relation}`, "part");
  if (change === "waited for") return;
  if (isCertain) held.rows.set(object, strength);
  held.releases.set(object, (held.releases.get(object) ?? new Set()).add(strength));
  held.objects.set(`rows of ${relation}`, "part");
}

/** A wait that is not for a row. */
function noteWait(kind: string, { writes }: StatementFacts, accesses: AccessBuilder): void {
  if (kind === "transaction") for (const name of writes) addAccess(accesses, `keys of ${name}`, "write");
  if (kind === "other") accesses.everything = true;
}

function noteCommit({ wrote }: Held, accesses: AccessBuilder): void {
  addAccess(accesses, "commits", wrote.size > 0 ? "write" : "read");
  for (const relation of wrote) {
    addAccess(accesses, `contents of ${relation}`, "part");
    addAccess(accesses, "contents", "part");
  }
}

/** Locks are given up, at the end of a transaction or (some of them) at an error or ROLLBACK TO. */
function release(held: Held, accesses: AccessBuilder): void {
  if (held.everything) accesses.everything = true;
  for (const [object, strengths] of held.releases)
    for (const strength of strengths) addAccess(accesses, object, strength);
  for (const [object, mode] of held.objects) addAccess(accesses, object, mode);
  held.rows.clear();
}
