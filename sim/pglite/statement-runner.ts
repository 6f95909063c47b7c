/**
 * Runs the statements of sessions on their backends, and reads what came of them.
 */
import type { Field, Outcome, RunStart, Statement } from "../engine/port.ts";
import type { LaneStep } from "./machine/lane.ts";
import { SwitchyardError } from "../switchyard-error.ts";
import type { MoveRecord } from "./move-record.ts";
import type { Sending } from "./prepared-statements.ts";
import { backendEnded, type Server } from "./server.ts";
import type { Flight, Session } from "./session.ts";
import type { StatementKind } from "./statement-kind.ts";
import { SESSION_ENDS } from "./unsupported-statements.ts";
import { convertRows, readNotices, readNotifications, readReply, simpleMessages, splitTag } from "./wire.ts";

/** How values are handed out: "typed" as `pg` converts them, "text" as Postgres prints them. */
export type ValueMode = "typed" | "text";

/** What came of running a statement, or of letting a sleeping one go on. */
export type Landing =
  | { readonly kind: "asleep"; readonly flight: Flight }
  | { readonly kind: "landed"; readonly outcome: Outcome };

/** What the runner works with during one run. */
export interface RunnerParts {
  readonly server: Server;
  readonly start: RunStart;
  readonly values: ValueMode;
  /** Some constraint can be deferred, so that COMMIT may do work that waits. */
  readonly defersConstraints: boolean;
  readonly nameOfPid: (pid: number) => string;
  /** A session has committed, and is idle. */
  readonly onCommit: (session: Session) => Promise<void>;
  /** Whether a statement of a session may have to wait for another session. */
  readonly mayWait: (session: Session, kind: StatementKind) => boolean;
}

/** Statements of one run. */
export class StatementRunner {
  readonly #parts: RunnerParts;

  constructor(parts: RunnerParts) {
    this.#parts = parts;
  }

  /** Runs a statement (of that kind) of a session that does not sleep, until it ends or sleeps. */
  run(session: Session, statement: Statement, kind: StatementKind, move: MoveRecord): Promise<Landing> {
    const { server, start } = this.#parts;
    if (kind.unsupported !== undefined) throw unsupported(session, statement, kind.unsupported);
    session.lastStatement = statement.text;
    session.marked ||= kind.marksSession;
    session.listens ||= kind.listens;
    session.locksUnusually ||= kind.locksUnusually;
    server.entropy.restart(start.seed, session.name, ++session.count);
    // Who listens has to be seen to be inside a transaction from its BEGIN on: nothing is delivered there.
    if (kind.begins && session.status === "I" && !session.listens)
      return Promise.resolve(begin(session, statement.text, kind.begins, server.clock.nowUs));
    if (session.begin && session.begin.atUs !== server.clock.nowUs) {
      this.#beginThen(session, session.begin);
      session.begin = undefined;
    }
    if (session.listens) server.backends.deliverSignals(session.berth.backend);
    const { messages, isNew, fields, mayTeach } = this.#messages(session, statement, kind);
    const flight: Flight = {
      statement,
      startUs: server.clock.nowUs,
      isNew,
      mayTeach,
      marksSession: kind.marksSession,
      fields,
      noticesSent: 0,
    };
    const completions = server.completionCount();
    const { backend } = session.berth;
    if (this.#isFree(kind) || !this.#parts.mayWait(session, kind)) {
      const reply = server.backends.runHere(backend, messages);
      return this.#land(session, flight, reply, completions, move);
    }
    return this.#after(session, flight, server.backends.run(backend, messages), completions, move);
  }

  /** Lets the sleeping statement of a session go on; `cancelled`: as pg_cancel_backend does, so that it ends. */
  wake(session: Session, move: MoveRecord, cancelled: boolean = false): Promise<Landing> {
    const { server } = this.#parts;
    const { backend } = session.berth;
    const flight = session.waiting?.flight;
    if (!flight)
      throw new SwitchyardError("harness", `Session "${session.name}" does not wait.`, "Report the token.");
    const completions = server.completionCount();
    const step = cancelled ? server.backends.cancel(backend) : server.backends.wake(backend);
    return this.#after(session, flight, step, completions, move);
  }

  /** Lets an idle session that listens receive what was sent to it. */
  receive(session: Session, move: MoveRecord): void {
    const { server } = this.#parts;
    server.backends.deliverSignals(session.berth.backend);
    this.#noteMessages(
      session,
      server.backends.runHere(session.berth.backend, session.berth.statements.nothing()),
      move,
    );
  }

  #messages(
    session: Session,
    { text, values = [] }: Statement,
    kind: StatementKind,
  ): Sending & Pick<Flight, "mayTeach"> {
    const { begin, berth } = session;
    const own =
      kind.several && values.length === 0
        ? { messages: simpleMessages(text), isNew: true, fields: undefined }
        : berth.statements.messages(text, values);
    const mayTeach = berth.statements.use(text) || own.isNew;
    const { messages, isNew, fields } = own;
    if (!begin) return { messages, isNew, fields, mayTeach };
    session.begin = undefined;
    return {
      messages: Buffer.concat([begin.messages, messages]),
      isNew,
      fields,
      mayTeach: berth.statements.use(begin.text) || mayTeach,
    };
  }

  /** Time has passed since a BEGIN that was kept back; now() is when it came. */
  #beginThen({ berth }: Session, { text, messages, atUs }: NonNullable<Session["begin"]>): void {
    const { backends, clock } = this.#parts.server;
    const { nowUs } = clock;
    clock.set(atUs);
    backends.runHere(berth.backend, messages);
    clock.set(nowUs);
    if (berth.statements.use(text)) backends.learn();
  }

  #isFree({ control }: StatementKind): boolean {
    return control === "free" || (control === "commit" && !this.#parts.defersConstraints);
  }

  #after(
    session: Session,
    flight: Flight,
    step: LaneStep,
    completions: bigint,
    move: MoveRecord,
  ): Promise<Landing> {
    if (step.kind === "ended") throw backendEnded(step.told);
    if (step.kind === "asleep") {
      this.#learnAt(session, `asleep ${flight.statement.text}`);
      flight.noticesSent = this.#noteNotices(session, step.said, flight.noticesSent, move);
      return Promise.resolve({ kind: "asleep", flight });
    }
    return this.#land(session, flight, step.reply, completions, move);
  }

  async #land(
    session: Session,
    flight: Flight,
    bytes: Buffer,
    completions: bigint,
    move: MoveRecord,
  ): Promise<Landing> {
    const { server, values } = this.#parts;
    const { statement } = flight;
    const reply = readReply(bytes);
    if (flight.isNew) session.berth.statements.note(statement.text, bytes);
    if (flight.mayTeach) server.backends.learn();
    if (reply.error) this.#learnAt(session, `error ${reply.error.code}`);
    if (session.waiting) this.#learnAt(session, `woken ${statement.text}`);
    const wasInside = session.status !== "I";
    session.status = reply.status;
    if (reply.hasMessages) {
      this.#noteNotices(session, bytes, flight.noticesSent, move);
      this.#noteNotifications(session, bytes, move);
    }
    if (reply.error) return { kind: "landed", outcome: { kind: "failed", error: reply.error } };
    if (flight.marksSession) this.#refuseSessionEnd(session, statement);
    const { command, rowCount } = splitTag(reply.tag ?? "");
    const ended = server.completionCount() !== completions;
    if (ended && (wasInside ? reply.status === "I" && command === "COMMIT" : reply.status === "I")) {
      move.commits.push(session.name);
      await this.#parts.onCommit(session);
    }
    const described = reply.fields ?? flight.fields ?? [];
    const fields = values === "text" ? described.map(asText) : described;
    const rows = convertRows(reply, fields, statement.rowMode === "array");
    const result = { command, rowCount, fields, rows };
    const told = statement.wantsText === true ? { ...result, text: reply.rows } : result;
    return { kind: "landed", outcome: { kind: "done", result: told } };
  }

  /** Refuses a setting that the statement's text did not show: one in a parameter, or in a block of code. */
  #refuseSessionEnd(session: Session, statement: Statement): void {
    const set = SESSION_ENDS.find((name) => this.#parts.server.setting(name) !== 0);
    if (set !== undefined) throw unsupported(session, statement, set);
  }

  /** Looks for changed statics at the first, second, fourth, ... time that `moment` comes on this backend; see PreparedStatements. */
  #learnAt({ berth }: Session, moment: string): void {
    const { backends } = this.#parts.server;
    if (berth.statements.use(moment)) backends.learn();
    else backends.learnPart();
  }

  #noteMessages(session: Session, bytes: Buffer, move: MoveRecord): void {
    this.#noteNotices(session, bytes, 0, move);
    this.#noteNotifications(session, bytes, move);
  }

  /** Hands out the notices in an answer except the first `sent`; returns how many there are. */
  #noteNotices(session: Session, bytes: Buffer, sent: number, move: MoveRecord): number {
    const notices = readNotices(bytes);
    for (const notice of notices.slice(sent)) move.notices.push({ session: session.name, ...notice });
    return notices.length;
  }

  #noteNotifications(session: Session, bytes: Buffer, move: MoveRecord): void {
    for (const { pid, channel, payload } of readNotifications(bytes)) {
      move.notifications.push({ session: session.name, channel, payload, from: this.#parts.nameOfPid(pid) });
    }
  }
}

/** One call of the backend less: the answer to a BEGIN outside a transaction block is known. */
function begin(session: Session, text: string, command: string, atUs: number): Landing {
  session.begin = { text, messages: simpleMessages(text), atUs };
  session.status = "T";
  const result = { command, rowCount: null, fields: [], rows: [] };
  return { kind: "landed", outcome: { kind: "done", result } };
}

/** Object identifier of the type text. */
const TEXT = 25;

function asText(field: Field): Field {
  return { ...field, dataTypeID: TEXT };
}

function unsupported(session: Session, statement: Statement, reason: string): SwitchyardError {
  return new SwitchyardError(
    "unsupported",
    `Session "${session.name}" runs "${statement.text}": ${reason} cannot be had in process.`,
    "Leave it out of the race, or run the race with --engine postgres.",
  );
}
