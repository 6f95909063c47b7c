/**
 * The in-process engine: many sessions on several backends of one Postgres server in this process.
 */
import type {
  Engine,
  Move,
  NotLooked,
  RowReport,
  RunStart,
  Statement,
  StatementResult,
  TableImage,
} from "../engine/port.ts";
import { loadGrammar } from "../sql/grammar.ts";
import { SwitchyardError } from "../switchyard-error.ts";
import { Berths } from "./berths.ts";
import { PGPROC } from "./build-facts.ts";
import { BufferPool } from "./buffer-pool.ts";
import { installSchema } from "./install-schema.ts";
import { newMove, type MoveRecord } from "./move-record.ts";
import { Pristine, type PageImage } from "./pristine.ts";
import { RowWatch } from "./row-watch.ts";
import { readFacts, type SchemaFacts } from "./schema-facts.ts";
import { Server } from "./server.ts";
import { lookAsSession } from "./session-look.ts";
import { beginSession } from "./session-statics.ts";
import type { Session } from "./session.ts";
import { statementKind, type StatementKind } from "./statement-kind.ts";
import { StatementRunner, type Landing, type ValueMode } from "./statement-runner.ts";
import { WaitList, type WaitListParts } from "./wait-list.ts";
import { convertRows, splitTag, type Reply } from "./wire.ts";
import { sameMembers, wokenBy } from "./woken-by.ts";

/** Runs after which a checkpoint recycles the write-ahead log. */
const RUNS_PER_CHECKPOINT = 10_000;

/** The in-process engine. Not for concurrent use: await each call. */
export class InProcessEngine implements Engine {
  readonly name = "pglite";
  readonly decidesOrder = true;
  readonly controlsTime = true;
  readonly reportsRows = true;
  readonly hasSignals = false;
  readonly #server: Server;
  readonly #values: ValueMode;
  readonly #joinsQueueAt: WaitListParts["joinsQueueAt"];
  readonly #pool: BufferPool;
  readonly #pristine: Pristine;
  readonly #sessions = new Map<string, Session>();
  readonly #berths: Berths;
  #run: Run | undefined;
  #runs = 0;
  #schema: string | undefined;
  /** Of the installed schema. */
  #facts: SchemaFacts = { defersConstraints: false, hasSequences: false, hasFunctions: false };
  /** What statements of this run may have done to everybody. */
  #did = { changedSchema: false, lockedTables: false, preparedTransactions: false };
  #entropyAtStart = 0;
  /** The session whose commit the run is looking at. */
  #committing: Session | undefined;

  /**
   * Boots the server: a second or two; some more on the very first start, which makes the cached image. `joinsQueueAt` is for
   * tests that must find a wrong engine (see WaitListParts), `turnBoundMs` for one that cannot wait for two minutes (see turn-bound.ts).
   */
  static async open(
    values: ValueMode = "typed",
    joinsQueueAt: WaitListParts["joinsQueueAt"] = "end",
    turnBoundMs?: number,
  ): Promise<InProcessEngine> {
    await loadGrammar();
    const engine = new InProcessEngine(await Server.boot(turnBoundMs), values, joinsQueueAt);
    try {
      engine.#berths.proveFacts();
    } catch (error) {
      await engine.close();
      throw error;
    }
    return engine;
  }

  private constructor(server: Server, values: ValueMode, joinsQueueAt: WaitListParts["joinsQueueAt"]) {
    this.#server = server;
    this.#berths = new Berths(server);
    this.#values = values;
    this.#joinsQueueAt = joinsQueueAt;
    this.#pool = new BufferPool(server);
    this.#pristine = new Pristine(server, this.#pool);
  }

  async install(schema: string): Promise<void> {
    if (schema === this.#schema && !this.#did.changedSchema) return;
    await this.#endRun();
    this.#schema = undefined;
    installSchema(this.#server, schema);
    this.#pristine.learn();
    this.#facts = readFacts(this.#server);
    this.#schema = schema;
    this.#did.changedSchema = false;
    this.#berths.forgetStatements();
  }

  async startRun(start: RunStart): Promise<void> {
    await this.#endRun();
    if (this.#did.changedSchema && this.#schema !== undefined) await this.install(this.#schema);
    else this.#pristine.restore();
    this.#did = { changedSchema: false, lockedTables: false, preparedTransactions: false };
    this.#runs++;
    if (this.#runs % RUNS_PER_CHECKPOINT === 0) this.#server.script("checkpoint");
    this.#server.backends.learnPart();
    this.#server.clock.set(start.startMs * 1000);
    this.#entropyAtStart = this.#server.entropy.drawn;
    this.#run = this.#newRun(start);
  }

  saveTables(): TableImage | undefined {
    return this.#server.entropy.drawn === this.#entropyAtStart ? this.#pristine.capture() : undefined;
  }

  restoreTables(image: TableImage): boolean {
    return this.#pristine.apply(image as PageImage);
  }

  nowMs(): number {
    return this.#server.clock.nowMs;
  }

  advanceTo(timeMs: number): void {
    this.#server.clock.set(Math.max(this.#server.clock.nowUs, timeMs * 1000));
  }

  open(name: string): Promise<void> {
    if (this.#sessions.has(name)) throw misuse(`Session "${name}" is open already.`);
    const berth = this.#berths.take();
    const { backends, memory, sessionStatics } = this.#server;
    if (this.#facts.hasSequences) backends.runHere(berth.backend, berth.statements.once("discard sequences"));
    const addressOf = (address: number): number => backends.addressFor(berth.backend, address);
    beginSession(memory, sessionStatics, addressOf, this.#running.start.seed, name);
    this.#running.rows?.begin();
    this.#sessions.set(name, {
      name,
      berth,
      status: "I",
      begin: undefined,
      count: 0,
      marked: this.#facts.hasFunctions,
      listens: false,
      locksUnusually: false,
      waiting: undefined,
      lastStatement: "",
    });
    return Promise.resolve();
  }

  execute(name: string, statement: Statement): Promise<Move> {
    const session = this.#session(name);
    if (session.waiting) throw misuse(`Session "${name}" waits and cannot take another statement.`);
    const kind = statementKind(statement.text);
    this.#did.lockedTables ||= kind.locksTables;
    this.#did.changedSchema ||= kind.changesSchema;
    this.#did.preparedTransactions ||= kind.twoPhase;
    // A statement that was parsed before the schema changed may have other columns now, which Postgres refuses.
    if (this.#did.changedSchema) session.berth.statements.forget();
    const { runner } = this.#running;
    return this.#move(session, (move) => runner.run(session, statement, kind, move));
  }

  timeoutAt(name: string): number | undefined {
    const atUs = this.#session(name).waiting?.timeoutAtUs;
    return atUs === undefined ? undefined : atUs / 1000;
  }

  expire(name: string): Promise<Move> {
    const session = this.#session(name);
    const { nowUs } = this.#server.clock;
    if (!session.waiting || (session.waiting.timeoutAtUs ?? Infinity) > nowUs) {
      throw misuse(`Session "${name}" has no timeout that is due.`);
    }
    const { runner } = this.#running;
    return this.#move(session, (move) => {
      this.#server.backends.fireTimers(session.berth.backend, nowUs);
      return runner.wake(session, move);
    });
  }

  disconnect(name: string): Promise<Move> {
    const session = this.#session(name);
    return this.#move(session, async () => {
      await this.#endSession(session);
      return { kind: "landed", outcome: { kind: "done", result: DISCONNECTED } };
    });
  }

  observe({ text, values = [], rowMode }: Statement): Promise<StatementResult> {
    this.#server.entropy.restart(this.#run?.start.seed ?? 0, "observer");
    const reply = this.#readCommitted(text, values);
    if (reply.error) return Promise.reject(reply.error);
    const fields = reply.fields ?? [];
    const rows = convertRows(reply, fields, rowMode === "array");
    const { command, rowCount } = splitTag(reply.tag ?? "");
    return Promise.resolve({ command, rowCount, fields, rows });
  }

  lookAs(name: string, statement: Statement): Promise<StatementResult | NotLooked> {
    const session = this.#session(name);
    if (this.#did.lockedTables || this.#did.changedSchema) return Promise.resolve("unknown");
    return lookAsSession(this.#server, session, statement);
  }

  backendPid(name: string): number {
    return this.#session(name).berth.backend.pid;
  }

  close(): Promise<void> {
    return this.#server.backends.close();
  }

  /** Runs `body`, the move of `mover`, and then lets everything come to rest. */
  async #move(mover: Session, body: (move: MoveRecord) => Promise<Landing>): Promise<Move> {
    const { waits } = this.#running;
    const move = newMove();
    const before = waits.waits();
    let outcome = waits.land(mover, await body(move), move);
    if (waits.hasSleepers) {
      await waits.settle(move, (session, end) => {
        if (session === mover) outcome = end;
        else
          move.settled.push({
            session: session.name,
            wokenBy: wokenBy(before.get(session.name), move.settled, mover.name),
            outcome: end,
          });
      });
      for (const [session, wait] of waits.waits()) {
        const known = before.get(session)?.for ?? [];
        if (session === mover.name) outcome = { kind: "waiting", wait };
        else if (!sameMembers(known, wait.for)) {
          move.settled.push({ session, wokenBy: mover.name, outcome: { kind: "waiting", wait } });
        }
      }
    }
    this.#deliverNotifications(move);
    if (this.#did.changedSchema) this.#server.forgetStatements();
    const { settled, deadlocks, commits, notices, notifications } = move;
    const rows = this.#rowsOf(mover, move);
    return { outcome, settled, deadlocks, commits, notices, notifications, rows };
  }

  /**
   * Reads what is committed. Right after a commit the backend that made it is the quickest to look: its statics are in place, and
   * what it worked on is in the processor's caches.
   */
  #readCommitted(text: string, values: readonly unknown[]): Reply {
    const { lockedTables, changedSchema } = this.#did;
    const session = this.#committing;
    if (lockedTables || changedSchema || !session || session.marked || session.listens)
      return this.#server.read(text, values, lockedTables);
    return this.#server.readOn(session.berth, text, values);
  }

  /** What the move did to rows, if the run wants to know. */
  #rowsOf(mover: Session, move: MoveRecord): RowReport | undefined {
    const { rows } = this.#running;
    if (!rows) return undefined;
    const woken = move.settled.flatMap(({ session }) => this.#sessions.get(session) ?? []);
    return rows.report([...new Set([mover, ...woken])]);
  }

  /** Idle sessions that listen get what others have sent. */
  #deliverNotifications(move: MoveRecord): void {
    for (const session of this.#sessions.values()) {
      if (session.listens && session.status === "I" && !session.waiting)
        this.#running.runner.receive(session, move);
    }
  }

  #newRun(start: RunStart): Run {
    const nameOf = (wanted: (session: Session) => boolean): string =>
      [...this.#sessions.values()].find(wanted)?.name ?? "a prepared transaction";
    const nameOfPid = (pid: number): string => nameOf(({ berth }) => berth.backend.pid === pid);
    const nameOfProc = (proc: number): string => nameOf(({ berth }) => berth.backend.proc === proc);
    const server = this.#server;
    const { defersConstraints } = this.#facts;
    const onCommit = async (session: Session): Promise<void> => {
      this.#committing = session;
      try {
        await start.onCommit(session.name);
      } finally {
        this.#committing = undefined;
      }
    };
    const parts = { server, start, onCommit, values: this.#values, defersConstraints, nameOfPid };
    const runner = new StatementRunner({
      ...parts,
      mayWait: (session, kind) => this.#mayWait(session, kind),
    });
    const joinsQueueAt = this.#joinsQueueAt;
    const waits = new WaitList({ server, start, runner, joinsQueueAt, nameOfProc, nameOfPid });
    const watches = start.watchRows === true;
    const rows = watches ? new RowWatch(server, this.#pool, this.#pristine.relations) : undefined;
    return { start, runner, waits, rows };
  }

  /**
   * Whether a statement may have to wait for somebody. One that may not runs on the main thread, which is faster. A plain
   * query waits for rows of transactions that have a number, or for unusual locks; one that is wrongly thought free to go is
   * noticed when it is about to sleep (MainInstance).
   */
  #mayWait(session: Session, { plain, passesRows }: StatementKind): boolean {
    if (!plain || session.locksUnusually || this.#facts.hasFunctions || this.#did.preparedTransactions)
      return true;
    const { memory } = this.#server;
    for (const other of this.#sessions.values()) {
      if (other === session) continue;
      if (other.locksUnusually) return true;
      if (passesRows) continue;
      if (memory.u32(other.berth.backend.proc + PGPROC.xid) !== 0) return true;
    }
    return false;
  }

  /** Ends every session of the run before. */
  async #endRun(): Promise<void> {
    for (const session of Array.from(this.#sessions.values())) await this.#endSession(session);
    this.#run = undefined;
    if (!this.#did.preparedTransactions) return;
    const { rows } = this.#server.read("select quote_literal(gid) from pg_prepared_xacts");
    for (const [name] of rows) this.#server.script(`rollback prepared ${name}`);
  }

  /** Ends a session as a crash of its client does, and keeps its backend for another one. */
  async #endSession(session: Session): Promise<void> {
    const { backends } = this.#server;
    const { backend, statements } = session.berth;
    this.#sessions.delete(session.name);
    const cancelled = newMove();
    for (let tries = 0; session.waiting && tries < MAX_CANCELS; tries++) {
      const landing = await this.#running.runner.wake(session, cancelled, true);
      this.#running.waits.land(session, landing, cancelled);
    }
    if (session.waiting) throw misuse(`Session "${session.name}" goes on waiting though it was cancelled.`);
    if (session.status !== "I" && !session.begin) backends.runHere(backend, statements.once("rollback"));
    this.#berths.give(session.berth, session.marked);
  }

  get #running(): Run {
    if (!this.#run) throw misuse("No run has started.");
    return this.#run;
  }

  #session(name: string): Session {
    const session = this.#sessions.get(name);
    if (!session) throw misuse(`There is no session "${name}".`);
    return session;
  }
}

/** What belongs to one run. */
interface Run {
  readonly start: RunStart;
  readonly runner: StatementRunner;
  readonly waits: WaitList;
  /** Of a run that wants to know what moves do to rows. */
  readonly rows: RowWatch | undefined;
}

/** Cancellations that a statement may survive (in blocks that catch errors) before it is given up. */
const MAX_CANCELS = 100;

const DISCONNECTED: StatementResult = { command: "DISCONNECT", rowCount: null, fields: [], rows: [] };

function misuse(message: string): SwitchyardError {
  return new SwitchyardError("harness", message, "Report this with the command that led to it.");
}
