/**
 * The yard: many sessions on one in-process Postgres, behind the engine port.
 */
import type {
  Engine,
  Move,
  Outcome,
  RunStart,
  Statement,
  StatementResult,
  TableImage,
} from "../engine/port.ts";
import { deriveSeed } from "../random.ts";
import { SwitchyardError } from "../switchyard-error.ts";
import { Backend } from "./backend.ts";
import { BufferPool } from "./buffer-pool.ts";
import { installSchema } from "./install-schema.ts";
import { newMove, type MoveRecord } from "./move-record.ts";
import { timedOut } from "./postgres-errors.ts";
import { Pristine, type PageImage } from "./pristine.ts";
import { SequencePages } from "./sequence-pages.ts";
import { SessionOutput, type ValueMode } from "./session-output.ts";
import { freshStatics } from "./session-statics.ts";
import { loadGrammar, statementKind } from "./statement-kind.ts";
import { StatementRunner } from "./statement-runner.ts";
import { Track } from "./track.ts";
import { userRelations, type UserRelation } from "./user-relations.ts";
import { convertRows, readReply, splitTag } from "./wire.ts";
import type { YardSession } from "./yard-session.ts";

/** Runs after which the oldest-snapshot guard is renewed, so that dead catalog rows can go. */
const RUNS_PER_HORIZON = 1_000;
/** Runs after which a checkpoint recycles the write-ahead log. */
const RUNS_PER_CHECKPOINT = 10_000;

/** The in-process engine. One backend; not for concurrent use: await each call. */
export class Yard implements Engine {
  readonly name = "pglite";
  readonly #backend: Backend;
  readonly #pool: BufferPool;
  readonly #pristine: Pristine;
  readonly #sequences: SequencePages;
  readonly #output: SessionOutput;
  readonly #track: Track;
  readonly #sessions = new Map<string, YardSession>();
  /** Sessions that ran a statement which changes the schema, and have not committed or rolled back since. */
  readonly #changesSchema = new Set<YardSession>();
  #relations: readonly UserRelation[] = [];
  #runner: StatementRunner | undefined;
  #seed = 0;
  #entropyAtStart = 0;
  #runs = 0;
  #schema: string | undefined;

  /** Boots the backend: about a second; several on the very first start, which makes the cached image. */
  static async open(values: ValueMode = "typed"): Promise<Yard> {
    await loadGrammar();
    return new Yard(await Backend.boot(), values);
  }

  private constructor(backend: Backend, values: ValueMode) {
    this.#backend = backend;
    this.#pool = new BufferPool(backend);
    this.#pristine = new Pristine(backend, this.#pool);
    this.#sequences = new SequencePages(this.#pool);
    this.#output = new SessionOutput(values);
    this.#track = new Track(backend, this.#sequences, this.#output);
    this.#guardHorizon();
  }

  async install(schema: string): Promise<void> {
    if (schema === this.#schema) return;
    this.#endAllSessions();
    this.#schema = undefined;
    await Promise.resolve(installSchema(this.#backend, schema));
    this.#pristine.learn();
    this.#sequences.watch(this.#pristine.relations);
    this.#schema = schema;
  }

  startRun(start: RunStart): Promise<void> {
    this.#endAllSessions();
    this.#pristine.restore();
    this.#relations = this.#pristine.relations;
    this.#sequences.watch(this.#relations);
    this.#runs++;
    if (this.#runs % RUNS_PER_HORIZON === 0) {
      this.#backend.control("rollback prepared 'horizon'");
      this.#guardHorizon();
    }
    if (this.#runs % RUNS_PER_CHECKPOINT === 0) this.#backend.control("checkpoint");
    this.#seed = start.seed;
    this.#entropyAtStart = this.#backend.entropyDrawn;
    const relations = (): readonly UserRelation[] => this.#relations;
    this.#runner = new StatementRunner({
      start,
      backend: this.#backend,
      track: this.#track,
      pool: this.#pool,
      sequences: this.#sequences,
      get relations() {
        return relations();
      },
      sessions: () => this.#sessions.values(),
    });
    return Promise.resolve();
  }

  saveTables(): TableImage | undefined {
    const drewRandomness =
      this.#backend.entropyDrawn !== this.#entropyAtStart ||
      [...this.#sessions.values()].some(({ statics, fresh }) => statics !== fresh);
    if (drewRandomness) return undefined;
    this.#track.clear();
    this.#track.settle();
    return this.#pristine.capture();
  }

  restoreTables(image: TableImage): boolean {
    return this.#pristine.apply(image as PageImage);
  }

  nowMs(): number {
    return this.#running.nowUs / 1000;
  }

  advanceTo(timeMs: number): void {
    this.#running.nowUs = Math.max(this.#running.nowUs, Math.round(timeMs * 1000));
  }

  open(name: string): Promise<void> {
    if (this.#sessions.has(name)) {
      throw new SwitchyardError(
        "harness",
        `Session "${name}" is open already.`,
        "Give each session its own name.",
      );
    }
    const fresh = freshStatics(this.#seed, name);
    this.#sessions.set(name, {
      name,
      index: this.#sessions.size,
      fresh,
      statics: fresh,
      statements: 0,
      settings: [],
      transaction: undefined,
      waiting: undefined,
    });
    return Promise.resolve();
  }

  async execute(name: string, statement: Statement): Promise<Move> {
    const session = this.#session(name);
    if (statementKind(statement.text).kind === "schema") this.#changesSchema.add(session);
    const move = await this.#move((record) => this.#running.perform(session, statement, record));
    this.#learnChangedSchema();
    return move;
  }

  timeoutAt(name: string): number | undefined {
    const timeout = this.#session(name).waiting?.timeout;
    return timeout && timeout.atUs / 1000;
  }

  expire(name: string): Promise<Move> {
    const session = this.#session(name);
    const timeout = session.waiting?.timeout;
    if (!timeout || timeout.atUs > this.#running.nowUs) {
      throw new SwitchyardError(
        "harness",
        `Session "${name}" has no timeout that is due.`,
        "Report the token.",
      );
    }
    return this.#move((move) => {
      const error = timedOut(timeout.kind);
      this.#running.failWaiting(session, move);
      return Promise.resolve({ kind: "failed", error });
    });
  }

  disconnect(name: string): Promise<Move> {
    const session = this.#session(name);
    return this.#move((move) => {
      this.#endSession(session);
      this.#sessions.delete(name);
      move.released.push(name);
      return Promise.resolve({ kind: "done", result: DISCONNECTED });
    });
  }

  observe(statement: Statement): Promise<StatementResult> {
    const nowUs = this.#runner?.nowUs ?? this.#backend.clock.nowUs;
    const entropySeed = deriveSeed(this.#seed, "observer");
    const surroundings = { nowUs, entropySeed, statics: freshStatics(entropySeed, "observer") };
    const execution = this.#track.runBeside(statement.text, statement.values ?? [], surroundings);
    const reply = readReply(execution.reply);
    if (reply.error) return Promise.reject(reply.error);
    const rows = convertRows(reply, execution.fields, statement.rowMode === "array");
    return Promise.resolve({ ...splitTag(reply.tag ?? ""), fields: execution.fields, rows });
  }

  close(): Promise<void> {
    return this.#backend.close();
  }

  async #move(body: (move: MoveRecord) => Promise<Outcome>): Promise<Move> {
    const move = newMove();
    const outcome = await body(move);
    await this.#running.wakeWaiters(move);
    const { settled, deadlocks, commits, notifications } = move;
    return { outcome, settled, deadlocks, commits, notices: this.#output.take(), notifications };
  }

  get #running(): StatementRunner {
    if (!this.#runner) throw new SwitchyardError("harness", "No run has started.", "Call startRun first.");
    return this.#runner;
  }

  #session(name: string): YardSession {
    const session = this.#sessions.get(name);
    if (!session) throw new SwitchyardError("harness", `There is no session "${name}".`, "Open it first.");
    return session;
  }

  /** Relations that a run creates, once they are committed, are known to it like those of the installed schema. */
  #learnChangedSchema(): void {
    for (const session of this.#changesSchema) {
      if (session.transaction || session.waiting) continue;
      this.#changesSchema.delete(session);
      this.#relations = userRelations(this.#backend, (...query) => this.#track.runBeside(...query));
      this.#sequences.watch(this.#relations);
    }
  }

  #endAllSessions(): void {
    for (const session of this.#sessions.values()) this.#endSession(session);
    this.#sessions.clear();
    this.#changesSchema.clear();
    this.#track.reset();
  }

  #endSession(session: YardSession): void {
    session.waiting = undefined;
    const place = session.transaction?.place;
    if (place === "siding") this.#track.endSiding(session, "rollback");
    if (place === "track") this.#track.control(session, "rollback");
    session.transaction = undefined;
  }

  /**
   * A prepared transaction that is older than every run: no row version that a waiting statement's snapshot sees is
   * pruned before that statement runs again.
   */
  #guardHorizon(): void {
    this.#backend.control("begin", "select pg_current_xact_id()", "prepare transaction 'horizon'");
  }
}

const DISCONNECTED: StatementResult = { command: "DISCONNECT", rowCount: null, fields: [], rows: [] };
