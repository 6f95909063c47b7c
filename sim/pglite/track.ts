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
import type { SessionOutput } from "./session-output.ts";
import type { Progress } from "./progress-tally.ts";
import type { TransactionSnapshot } from "./transaction-snapshot.ts";
import { readReply } from "./wire.ts";
import type { LoggedStatement, OpenTransaction, Snapshots, YardSession } from "./yard-session.ts";

/** Runs statements of many sessions on one backend. */
export class Track {
  readonly #backend: Backend;
  readonly #sequences: SequencePages;
  readonly #output: SessionOutput;
  #occupant: YardSession | undefined;
  /** The session whose settings the backend has; undefined while they are the defaults. */
  #tintedBy: YardSession | undefined;
  /** Transaction control that goes out with the next statement: one call of the backend in place of several. */
  readonly #pending: string[] = [];
  /** The session whose PREPARE TRANSACTION is pending. */
  #parking: YardSession | undefined;

  constructor(backend: Backend, sequences: SequencePages, output: SessionOutput) {
    this.#backend = backend;
    this.#sequences = sequences;
    this.#output = output;
  }

  /** Makes room: the open transaction goes to its siding. */
  clear(): void {
    const session = this.#occupant;
    this.#occupant = undefined;
    if (session?.transaction?.place === "track") this.#park(session, session.transaction);
  }

  /** Sends what is pending: sidings are entered when the next statement comes, or now. */
  settle(): void {
    this.#flush();
  }

  /** Runs one statement of `session`, whose transaction is brought onto the track first. */
  run(
    session: YardSession,
    text: string,
    values: readonly unknown[],
    surroundings: Surroundings,
    again?: { readonly snapshot: TransactionSnapshot | undefined; readonly waitedAt: Progress },
  ): Execution {
    this.#enter(session);
    const { transaction } = session;
    // What ends in the pending control must not look like a commit of an autocommit statement.
    if (!transaction) this.#flush();
    else if (transaction.place === "unstarted") transaction.begin.nowUs = surroundings.nowUs;
    return this.#output.read(
      session,
      this.#execute(transaction, {
        text,
        values,
        surroundings,
        snapshot: again?.snapshot,
        waitedAt: again?.waitedAt,
      }),
    );
  }

  /** Runs a statement that belongs to no session, beside all transactions. */
  runBeside(text: string, values: readonly unknown[], surroundings: Surroundings): Execution {
    this.clear();
    return this.#execute(undefined, { text, values, surroundings });
  }

  /** Sends transaction control for `session` while its transaction is on the track; it must succeed. */
  control(session: YardSession, text: string): void {
    this.#enter(session);
    this.#pending.push(text);
    this.#flush();
  }

  /** Brings back the transaction of a session whose last statement was cancelled, as it was before that statement. */
  restore(session: YardSession): void {
    const { transaction } = session;
    if (!transaction) return;
    this.#pending.push("rollback");
    this.#flush();
    transaction.place = "unstarted";
    this.#runLogAgain(session, transaction);
  }

  /** Ends the prepared transaction of a session, which must be on its siding. */
  endSiding(session: YardSession, how: "commit" | "rollback"): void {
    this.clear();
    this.#takeBackSettings();
    this.#pending.push(`${how} prepared '${siding(session)}'`);
    this.#flush();
  }

  /** The backend's settings are now those of `session`'s transaction. */
  tint(session: YardSession): void {
    this.#tintedBy = session;
  }

  /** Forgets the sessions of the run before; none may be on the track. */
  reset(): void {
    this.#occupant = undefined;
    this.#takeBackSettings();
    this.#flush();
  }

  #enter(session: YardSession): void {
    if (this.#occupant === session) return;
    this.clear();
    const { transaction } = session;
    this.#occupant = session;
    if (transaction?.place === "siding") {
      this.#takeBackSettings();
      this.#pending.push(`rollback prepared '${siding(session)}'`);
      transaction.place = "unstarted";
      this.#applySettings(session);
      this.#runLogAgain(session, transaction);
    } else {
      this.#applySettings(session);
    }
  }

  /** A prepared transaction can be ended by the role that prepared it, and by the superuser that the backend begins as. */
  #takeBackSettings(): void {
    if (this.#tintedBy) this.#pending.push(...RESET);
    this.#tintedBy = undefined;
  }

  #applySettings(session: YardSession): void {
    if (this.#tintedBy === session || (this.#tintedBy === undefined && session.settings.length === 0)) return;
    this.#pending.push(...RESET, ...session.settings);
    this.#tintedBy = session.settings.length > 0 ? session : undefined;
  }

  #park(session: YardSession, transaction: OpenTransaction): void {
    transaction.sidingXid = this.#backend.currentXid() || this.#backend.nextXid();
    this.#pending.push(`prepare transaction '${siding(session)}'`);
    this.#parking = session;
    transaction.place = "siding";
  }

  #runLogAgain(session: YardSession, transaction: OpenTransaction): void {
    for (const logged of transaction.log) {
      this.#flush();
      const advanced = this.#sequences.rewind(logged.sequences);
      const { text, values } = logged.pinned ?? logged;
      const execution = this.#execute(transaction, { ...logged, text, values });
      this.#sequences.rewind(advanced);
      if (execution.wait !== undefined || !execution.reply.equals(logged.reply)) {
        throw differs(session, logged, execution);
      }
    }
  }

  /** Runs a statement after what is pending; the first one of a transaction has its BEGIN before it. */
  #execute(
    transaction: OpenTransaction | undefined,
    {
      text,
      values,
      surroundings,
      snapshot,
      waitedAt,
      laterSnapshot,
    }: Pick<LoggedStatement, "text" | "values" | "surroundings"> & Partial<Snapshots>,
  ): Execution {
    // A transaction that ends in between would make the backend take a fresh snapshot.
    if (snapshot) this.#flush();
    if (transaction?.place === "unstarted") {
      this.#pending.push(transaction.begin.text);
      transaction.place = "track";
    }
    if (snapshot) this.#backend.snapshots.impose(snapshot);
    const pending = this.#pending.splice(0);
    const after = waitedAt && { progress: waitedAt, do: () => this.#backend.snapshots.follow(laterSnapshot) };
    const execution = this.#backend.execute(text, values, surroundings, pending, after);
    if (snapshot) this.#backend.snapshots.release();
    if (execution.refusal) this.#refuse(execution.refusal, pending);
    this.#parking = undefined;
    return execution;
  }

  #flush(): void {
    if (this.#pending.length === 0) return;
    const pending = this.#pending.splice(0);
    const refusal = this.#backend.tryControl(...pending);
    if (refusal) this.#refuse(refusal, pending);
    this.#parking = undefined;
  }

  /** Transaction control failed: a transaction that cannot be prepared, or a fault of the harness. */
  #refuse(refusal: Error, pending: readonly string[]): never {
    const session = this.#parking;
    if (session?.transaction) {
      const last = session.transaction.log.at(-1)?.text ?? "BEGIN";
      session.transaction.place = "ended";
      throw new SwitchyardError(
        "unsupported",
        `The transaction of session "${session.name}" cannot wait aside: ${refusal.message} (last statement: ${last}).`,
        "Leave that statement out of the race, or run the race with --engine postgres.",
        { cause: refusal },
      );
    }
    throw new SwitchyardError(
      "harness",
      `The in-process Postgres refused "${pending.join("; ")}": ${refusal.message}.`,
      "Report the token and this line.",
      { cause: refusal },
    );
  }
}

/** Takes every setting of a session back. */
const RESET = ["reset all", "reset session authorization"] as const;

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
