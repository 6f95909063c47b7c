/**
 * Runs one statement of a session as a second backend would: transaction control, queries, failures.
 */
import type { Outcome, RunStart, Statement } from "../engine/port.ts";
import { deriveSeed } from "../random.ts";
import { SwitchyardError } from "../switchyard-error.ts";
import type { Backend, Execution, Surroundings } from "./backend.ts";
import type { BufferPool } from "./buffer-pool.ts";
import { hasQueue, heldLocks, mustQueueBehind } from "./lock-queue.ts";
import type { MoveRecord } from "./move-record.ts";
import { pinTakenRows } from "./pin-taken-rows.ts";
import { noSuchSavepoint, transactionAborted } from "./postgres-errors.ts";
import { NEVER } from "./progress-tally.ts";
import type { SequencePages } from "./sequence-pages.ts";
import { statementKind, type StatementKind } from "./statement-kind.ts";
import type { Track } from "./track.ts";
import type { UserRelation } from "./user-relations.ts";
import { WaitingRoom } from "./waiting-room.ts";
import { convertRows, readReply, splitTag } from "./wire.ts";
import type {
  OpenTransaction,
  Savepoint,
  SequencePage,
  WaitingStatement,
  YardSession,
} from "./yard-session.ts";

/** What the runner works with during one run. */
export interface RunnerParts {
  readonly start: RunStart;
  readonly backend: Backend;
  readonly track: Track;
  readonly pool: BufferPool;
  readonly sequences: SequencePages;
  readonly relations: readonly UserRelation[];
  readonly sessions: () => Iterable<YardSession>;
}

/** A statement that has just been run. */
interface Made {
  readonly statement: Statement;
  readonly surroundings: Surroundings;
  readonly execution: Execution;
  readonly sequencesBefore: readonly SequencePage[];
  readonly waited: WaitingStatement | undefined;
}

/** Statements of one run. */
export class StatementRunner {
  /** Virtual time in microseconds since 1970. */
  nowUs: number;
  readonly #parts: RunnerParts;
  readonly #waits: WaitingRoom;

  constructor(parts: RunnerParts) {
    this.#parts = parts;
    this.nowUs = Math.round(parts.start.startMs * 1000);
    this.#waits = new WaitingRoom({
      ...parts,
      get relations() {
        return parts.relations;
      },
      now: () => this.nowUs,
      retry: (session, waiting, move) => this.#retry(session, waiting, move),
      failTransaction: (session, move) => this.#failTransaction(session, move),
    });
  }

  /** Runs `statement`. Locks that it lets go are noted in `move.released`; `wakeWaiters` must follow. */
  async perform(session: YardSession, statement: Statement, move: MoveRecord): Promise<Outcome> {
    const kind = statementKind(statement.text);
    if (kind.kind === "unsupported") throw unsupported(session, statement, kind.reason);
    const { transaction } = session;
    if (kind.kind === "commit" || kind.kind === "rollback")
      return this.#end(session, statement, kind.kind, move);
    if (transaction?.failed && kind.kind !== "rollback-to")
      return { kind: "failed", error: transactionAborted() };
    if (kind.kind === "begin" && !transaction) return this.#begin(session, statement);
    if (kind.kind === "rollback-to" && transaction) {
      return this.#rollbackTo(session, transaction, statement, kind.name, move);
    }
    const outcome = await this.#attempt(session, statement, this.#surroundings(session), undefined, move);
    if (outcome.kind === "done" && transaction) keepSavepoints(transaction, kind);
    return outcome;
  }

  /** Lets every waiting statement try again whose holder released something, until nothing more moves. */
  wakeWaiters(move: MoveRecord): Promise<void> {
    return this.#waits.wake(move);
  }

  /** Takes the waiting statement of `session` back and fails its transaction. */
  failWaiting(session: YardSession, move: MoveRecord): void {
    this.#waits.fail(session, move);
  }

  /** BEGIN is not sent before the first statement: a transaction that holds nothing needs no siding. */
  #begin(session: YardSession, statement: Statement): Outcome {
    session.transaction = {
      begin: { text: statement.text, nowUs: this.nowUs },
      place: "unstarted",
      failed: false,
      savepoints: [],
      log: [],
      settings: [],
      sidingXid: 0,
    };
    return done("BEGIN");
  }

  async #end(
    session: YardSession,
    statement: Statement,
    how: "commit" | "rollback",
    move: MoveRecord,
  ): Promise<Outcome> {
    const { transaction } = session;
    const { track, backend } = this.#parts;
    if (!transaction) return this.#attempt(session, statement, this.#surroundings(session), undefined, move);
    const commits = how === "commit" && !transaction.failed;
    const place = transaction.place;
    session.transaction = undefined;
    move.released.push(session.name);
    if (place === "unstarted" || place === "ended") return done(commits ? "COMMIT" : "ROLLBACK");
    if (place === "siding") {
      track.endSiding(session, commits ? "commit" : "rollback");
      if (commits) await this.#committed(session, transaction, move);
      return done(commits ? "COMMIT" : "ROLLBACK");
    }
    const writes = backend.currentXid() !== 0;
    const reply = readReply(track.run(session, statement.text, [], this.#surroundings(session)).reply);
    if (reply.error) return { kind: "failed", error: reply.error };
    if (commits && writes) await this.#committed(session, transaction, move);
    return done(reply.tag ?? "");
  }

  async #committed(
    session: YardSession,
    transaction: OpenTransaction | undefined,
    move: MoveRecord,
  ): Promise<void> {
    if (transaction) session.settings.push(...transaction.settings);
    move.commits.push(session.name);
    await this.#parts.start.onCommit(session.name);
  }

  async #rollbackTo(
    session: YardSession,
    transaction: OpenTransaction,
    statement: Statement,
    name: string,
    move: MoveRecord,
  ): Promise<Outcome> {
    const at = transaction.savepoints.findLastIndex((open) => open.name === name);
    const savepoint = transaction.savepoints[at];
    if (savepoint === undefined) {
      if (!transaction.failed) this.#failTransaction(session, move);
      return { kind: "failed", error: noSuchSavepoint(name) };
    }
    transaction.failed = false;
    const outcome = await this.#attempt(session, statement, this.#surroundings(session), undefined, move);
    transaction.savepoints.length = at + 1;
    forgetSince(transaction, savepoint);
    move.released.push(session.name);
    return outcome;
  }

  /** Runs a statement, for the first time or again after a wait, and takes note of what it did. */
  async #attempt(
    session: YardSession,
    statement: Statement,
    surroundings: Surroundings,
    waited: WaitingStatement | undefined,
    move: MoveRecord,
  ): Promise<Outcome> {
    const { backend, track, sequences } = this.#parts;
    const queue = this.#waits.ahead(session);
    const queues = hasQueue(queue) && statementKind(statement.text).kind === "query";
    if (queues && !session.transaction)
      return this.#attemptInBlock(session, statement, surroundings, waited, move);
    const values = statement.values ?? [];
    const sequencesBefore = sequences.read();
    const execution = track.run(session, statement.text, values, surroundings, waited);
    if (execution.wait) {
      return this.#waits.enter(
        session,
        { statement, surroundings, waited, execution, wait: execution.wait },
        move,
      );
    }
    const { transaction } = session;
    const reply = readReply(execution.reply);
    session.statics = backend.statics();
    this.nowUs = Math.max(this.nowUs, backend.clock.nowUs);
    if (reply.error) {
      if (transaction) this.#failTransaction(session, move);
      return { kind: "failed", error: reply.error };
    }
    const turn = queues ? mustQueueBehind(session, heldLocks(backend), queue) : undefined;
    if (turn) {
      const wait = { ...turn.lock, holderXids: [], progress: NEVER, ...backend.timeouts() };
      return this.#waits.enter(
        session,
        { statement, surroundings, waited, execution, wait, behind: turn.ahead },
        move,
      );
    }
    this.#noteEffects(session, { statement, surroundings, execution, sequencesBefore, waited });
    if (!transaction && execution.completed) await this.#committed(session, undefined, move);
    const { command, rowCount } = splitTag(reply.tag ?? "");
    const rows = convertRows(reply, execution.fields, statement.rowMode === "array");
    return { kind: "done", result: { command, rowCount, fields: execution.fields, rows } };
  }

  /** A statement outside a transaction block, in a block of its own, so that it can be taken back. */
  async #attemptInBlock(
    session: YardSession,
    statement: Statement,
    surroundings: Surroundings,
    waited: WaitingStatement | undefined,
    move: MoveRecord,
  ): Promise<Outcome> {
    this.#begin(session, { text: "begin" });
    const outcome = await this.#attempt(session, statement, surroundings, waited, move);
    if (outcome.kind === "done") await this.#end(session, { text: "commit" }, "commit", move);
    session.transaction = undefined;
    return outcome;
  }

  #retry(session: YardSession, waited: WaitingStatement, move: MoveRecord): Promise<Outcome> {
    return this.#attempt(session, waited.statement, waited.surroundings, waited, move);
  }

  #noteEffects(
    session: YardSession,
    { statement, surroundings, execution, sequencesBefore, waited }: Made,
  ): void {
    const { backend, track, sequences } = this.#parts;
    const kind = statementKind(statement.text);
    const { transaction } = session;
    if (kind.kind === "schema") backend.statements.clear();
    if (kind.kind === "setting") {
      track.tint(session);
      if (!kind.local) (transaction ?? session).settings.push(withoutValues(session, statement));
    }
    if (!transaction) return;
    if (kind.kind === "query" && kind.triesLock && hadNothing(execution)) return;
    const snapshot = backend.snapshots.read();
    transaction.log.push({
      text: statement.text,
      values: statement.values ?? [],
      surroundings,
      snapshot: waited?.snapshot ?? snapshot,
      waitedAt: waited?.waitedAt,
      laterSnapshot: waited && snapshot,
      reply: execution.reply,
      sequences: sequences.changedSince(sequencesBefore),
      pinned: kind.kind === "query" ? pinTakenRows(statement, kind.skipLocked, this.#parts) : undefined,
    });
  }

  /**
   * The last statement failed in `session`'s transaction, which is on the track. Postgres drops the locks at the error:
   * those of the whole transaction, or those since the last savepoint.
   */
  #failTransaction(session: YardSession, move: MoveRecord): void {
    const { transaction } = session;
    if (!transaction) return;
    const { track } = this.#parts;
    const savepoint = transaction.savepoints.at(-1);
    transaction.failed = true;
    move.released.push(session.name);
    if (savepoint === undefined) {
      track.control(session, "rollback");
      transaction.place = "ended";
      return;
    }
    track.control(session, `rollback to savepoint "${savepoint.name.replaceAll('"', '""')}"`);
    forgetSince(transaction, savepoint);
  }

  #surroundings(session: YardSession): Surroundings {
    const entropySeed = deriveSeed(this.#parts.start.seed, session.name, ++session.statements);
    return { nowUs: this.nowUs, entropySeed, statics: session.statics };
  }
}

function done(command: string): Outcome {
  return { kind: "done", result: { command, rowCount: null, fields: [], rows: [] } };
}

/** Whether every lock that a pg_try_ function asked for was refused: run again, it might get one that is free by then. */
function hadNothing({ reply }: Execution): boolean {
  return readReply(reply).rows.every((row) => row.every((value) => value === "f"));
}

function keepSavepoints(transaction: OpenTransaction, kind: StatementKind): void {
  const { savepoints, log, settings } = transaction;
  if (kind.kind === "savepoint") {
    savepoints.push({ name: kind.name, logged: log.length, settings: settings.length });
  }
  if (kind.kind === "release") savepoints.length = savepoints.findLastIndex(({ name }) => name === kind.name);
}

/** What ROLLBACK TO undid need not be run again: the transaction stands as it stood after SAVEPOINT. */
function forgetSince(transaction: OpenTransaction, savepoint: Savepoint): void {
  transaction.log.length = savepoint.logged;
  transaction.settings.length = savepoint.settings;
}

function withoutValues(session: YardSession, statement: Statement): string {
  if ((statement.values ?? []).length > 0) {
    throw unsupported(session, statement, "a session setting with parameters");
  }
  return statement.text;
}

function unsupported(session: YardSession, statement: Statement, reason: string): SwitchyardError {
  return new SwitchyardError(
    "unsupported",
    `Session "${session.name}" runs "${statement.text}": ${reason} cannot be had with many sessions on one backend.`,
    "Leave it out of the race, or run the race with --engine postgres.",
  );
}
