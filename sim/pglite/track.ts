/**
 * The one track: which session's transaction is open on the backend, and how another one takes its place.
 *
 * A transaction that has to make room is prepared (PREPARE TRANSACTION), which keeps its row versions and its locks. To go
 * on with it, the prepared transaction is rolled back and its statements are run again, each at its time, with its
 * entropy and under its snapshot. Nobody else runs in between, so every lock is had again, and every answer must be the
 * same byte for byte; a difference is a fault of the harness and stops the run.
 */
import { SwitchyardError } from "../switchyard-error.ts";
import type { Backend, Execution, Surroundings } from "./backend.ts";
import type { SequencePages } from "./sequence-pages.ts";
import type { TransactionSnapshot } from "./transaction-snapshot.ts";
import { readReply } from "./wire.ts";
import type { LoggedStatement, OpenTransaction, YardSession } from "./yard-session.ts";

/** Runs statements of many sessions on one backend. */
export class Track {
  readonly #backend: Backend;
  readonly #sequences: SequencePages;
  #occupant: YardSession | undefined;
  /** The session whose settings the backend has; undefined while they are the defaults. */
  #tintedBy: YardSession | undefined;

  constructor(backend: Backend, sequences: SequencePages) {
    this.#backend = backend;
    this.#sequences = sequences;
  }

  /** Makes room: the open transaction goes to its siding. */
  clear(): void {
    const session = this.#occupant;
    this.#occupant = undefined;
    if (session?.transaction?.place === "track") this.#park(session, session.transaction);
  }

  /** Runs one statement of `session`, whose transaction is brought onto the track first. */
  run(
    session: YardSession,
    text: string,
    values: readonly unknown[],
    surroundings: Surroundings,
    snapshot?: TransactionSnapshot,
  ): Execution {
    this.#enter(session);
    if (session.transaction?.place === "unstarted") this.#start(session.transaction);
    if (snapshot) this.#backend.snapshots.impose(snapshot);
    const execution = this.#backend.execute(text, values, surroundings);
    this.#backend.snapshots.release();
    return execution;
  }

  /** Sends transaction control for `session` while its transaction is on the track; it must succeed. */
  control(session: YardSession, text: string): void {
    this.#enter(session);
    this.#backend.control(text);
  }

  /** Brings back the transaction of a session whose last statement was cancelled, as it was before that statement. */
  restore(session: YardSession): void {
    const { transaction } = session;
    if (!transaction) return;
    this.#backend.control("rollback");
    if (transaction.log.length === 0) {
      transaction.place = "unstarted";
    } else {
      this.#start(transaction);
      this.#runLogAgain(session, transaction);
    }
  }

  /** Ends the prepared transaction of a session, which must be on its siding. */
  endSiding(session: YardSession, how: "commit" | "rollback"): void {
    this.clear();
    this.#backend.control(`${how} prepared '${siding(session)}'`);
  }

  /** The backend's settings are now those of `session`'s transaction. */
  tint(session: YardSession): void {
    this.#tintedBy = session;
  }

  /** Forgets the sessions of the run before; none may be on the track. */
  reset(): void {
    this.#occupant = undefined;
    if (this.#tintedBy) this.#backend.control("reset all", "reset session authorization");
    this.#tintedBy = undefined;
  }

  #enter(session: YardSession): void {
    if (this.#occupant === session) return;
    this.clear();
    const { transaction } = session;
    this.#occupant = session;
    if (transaction?.place === "siding") {
      this.#backend.control(`rollback prepared '${siding(session)}'`);
      this.#applySettings(session);
      this.#start(transaction);
      this.#runLogAgain(session, transaction);
    } else {
      this.#applySettings(session);
    }
  }

  #start(transaction: OpenTransaction): void {
    this.#backend.clock.set(transaction.begin.nowUs);
    this.#backend.control(transaction.begin.text);
    transaction.place = "track";
  }

  #applySettings(session: YardSession): void {
    if (this.#tintedBy === session || (this.#tintedBy === undefined && session.settings.length === 0)) return;
    this.#backend.control("reset all", "reset session authorization", ...session.settings);
    this.#tintedBy = session.settings.length > 0 ? session : undefined;
  }

  #park(session: YardSession, transaction: OpenTransaction): void {
    transaction.sidingXid = this.#backend.currentXid() || this.#backend.nextXid();
    const refusal = this.#backend.tryControl(`prepare transaction '${siding(session)}'`);
    if (refusal) {
      transaction.place = "ended";
      throw new SwitchyardError(
        "unsupported",
        `The transaction of session "${session.name}" cannot wait aside: ${refusal.message} (last statement: ${transaction.log.at(-1)?.text ?? "BEGIN"}).`,
        "Leave that statement out of the race, or run the race with --engine postgres.",
        { cause: refusal },
      );
    }
    transaction.place = "siding";
  }

  #runLogAgain(session: YardSession, transaction: OpenTransaction): void {
    for (const logged of transaction.log) {
      const advanced = this.#sequences.rewind(logged.sequences);
      const { text, values } = logged.pinned ?? logged;
      this.#backend.snapshots.impose(logged.snapshot);
      const execution = this.#backend.execute(text, values, logged.surroundings);
      this.#backend.snapshots.release();
      this.#sequences.rewind(advanced);
      if (execution.wait !== undefined || !execution.reply.equals(logged.reply)) {
        throw differs(session, logged, execution);
      }
    }
  }
}

/** The name under which a session's transaction is prepared. */
function siding(session: YardSession): string {
  return `yard-${session.index}`;
}

function differs(session: YardSession, logged: LoggedStatement, execution: Execution): SwitchyardError {
  const first = readReply(logged.reply);
  const again = readReply(execution.reply);
  const told = (reply: typeof first): string =>
    reply.error?.message ?? `${reply.tag}, ${JSON.stringify(reply.rows).slice(0, 200)}`;
  return new SwitchyardError(
    "harness",
    `A statement of session "${session.name}" gave another answer when it was run again: "${logged.text}" first gave ${told(first)}, then ${execution.wait ? "had to wait" : told(again)}.`,
    "Report the token; the race runs with --engine postgres, where nothing is run again.",
  );
}
