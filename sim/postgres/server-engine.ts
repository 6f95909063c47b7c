/**
 * The engine port over real connections: one connection a session, one that controls and asks who waits, one that
 * observes.
 *
 * What a server cannot give, and the in-process engine can: `now()` and everything else that reads the clock inside the
 * database is real time, and `gen_random_uuid()` is random. `nowMs` is a counter that only the harness advances, so races
 * that run on both engines pass their time as a parameter. `random()` is seeded per session. A deadlock's victim is the
 * server's choice, which `chooseVictim` is told (see wanted-victims.ts). lock_timeout and statement_timeout are kept in virtual time by the harness
 * (see timeouts.ts); pg_sleep sleeps.
 *
 * A move ends when nothing moves any more. Of several statements that commit in it, each is committed, and looked at, before the
 * next one (see commits.ts); only what cannot run in a transaction block (CALL, DO, VACUUM, several statements in one
 * text, ...) commits when it likes, and is then looked at when the move has ended.
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import type {
  Engine,
  Move,
  NotLooked,
  Notice,
  Notification,
  RunStart,
  Statement,
  StatementResult,
  Wait,
} from "../engine/port.ts";
import { SwitchyardError } from "../switchyard-error.ts";
import { checkedCommit, commitBlock, inOwnBlock, rollBack } from "./commits.ts";
import { Connection, type Finished, type ValueMode } from "./connection.ts";
import { Flights, type Flight, type Launch } from "./flights.ts";
import { lookAsConnection } from "./connection-look.ts";
import { toMove } from "./move.ts";
import { Observer } from "./observer.ts";
import { dropSchemas, emptyTables } from "./reset.ts";
import { emptySchema, readSchemaFacts, type SchemaFacts } from "./schema-facts.ts";
import { SessionPool, type ServerSession } from "./session-pool.ts";
import * as statementText from "./statement-text.ts";
import { Deadlines, readTimeouts, runWithoutTimers } from "./timeouts.ts";
import { WantedVictims } from "./wanted-victims.ts";

/** What an engine over a server needs to begin. */
export interface ServerEngineParts {
  /** Connection string of the database that is ours alone. */
  readonly url: string;
  /** Whether rows carry converted values or text. */
  readonly values: ValueMode;
  /** Frees what lies outside of the database: drops it, stops the server. */
  readonly dispose: () => Promise<void>;
}

/** Connects; see `openServerEngine`. */
export async function connectEngine(parts: ServerEngineParts): Promise<Engine> {
  return new ServerEngine(parts, await Connection.open(parts.url), await Observer.open(parts.url));
}

/** What statements of a run may have done to everybody, by their texts. */
interface Did {
  lockBeyondTransaction: boolean;
  lockOutReaders: boolean;
  changeSchema: boolean;
}

class ServerEngine implements Engine {
  readonly name = "postgres";
  readonly decidesOrder = false;
  readonly controlsTime = false;
  readonly reportsRows = false;
  readonly hasSignals = true;
  readonly #parts: ServerEngineParts;
  readonly #control: Connection;
  readonly #observer: Observer;
  readonly #sessions: SessionPool;
  readonly #flights: Flights;
  #schema: string | undefined;
  #facts: SchemaFacts = emptySchema;
  #did: Did = newRun();
  #seed = 0;
  #nowMs = 0;
  #onCommit: RunStart["onCommit"] = () => Promise.resolve();
  #chooseVictim: RunStart["chooseVictim"] = () => 0;
  readonly #victims = new WantedVictims();

  constructor(parts: ServerEngineParts, control: Connection, observer: Observer) {
    this.#parts = parts;
    this.#control = control;
    this.#observer = observer;
    this.#sessions = new SessionPool(parts.url, parts.values, control);
    this.#flights = new Flights(control, (pid) => this.#sessions.nameOf(pid));
  }

  async install(schema: string): Promise<void> {
    if (this.#schema === schema) return;
    await this.#endSessions();
    this.#schema = undefined;
    // A connection of its own, so that nothing that the script sets stays behind.
    const installer = await Connection.open(this.#parts.url);
    try {
      await dropSchemas(installer);
      await installer.rows({ text: schema });
    } finally {
      await installer.close();
    }
    await this.#learnSchema();
    this.#schema = schema;
  }

  wantVictims(sessions: readonly string[]): void {
    this.#victims.want(sessions);
  }

  async startRun({ seed, startMs, onCommit, chooseVictim }: RunStart): Promise<void> {
    await this.#endSessions();
    if (this.#did.changeSchema || this.#facts.hasFunctions) await this.#learnSchema();
    await emptyTables(this.#control, this.#facts);
    this.#did = newRun();
    this.#seed = seed;
    this.#nowMs = startMs;
    this.#onCommit = onCommit;
    this.#chooseVictim = chooseVictim;
    this.#victims.startRun();
  }

  nowMs(): number {
    return this.#nowMs;
  }

  advanceTo(timeMs: number): void {
    this.#nowMs = Math.max(this.#nowMs, timeMs);
  }

  async open(session: string): Promise<void> {
    await this.#sessions.open(session, seedOf(this.#seed, session));
  }

  async execute(name: string, statement: Statement): Promise<Move> {
    const session = this.#sessions.get(name);
    if (this.#flights.of(name) !== undefined) {
      throw misuse(`The session ${name} waits and cannot take another statement.`);
    }
    await session.ready;
    const { connection } = session;
    const { text } = statement;
    if (!connection.inTransaction && statementText.isPlainBegin(text)) return this.#begin(session, text);
    if (this.#facts.superuser) await this.#victims.prepare(session);
    const timeouts = session.timed ? await readTimeouts(connection, statement) : undefined;
    const mayWait = this.#mayWait(session, text);
    this.#note(session, text);
    const before = this.#waits();
    const deadlines = timeouts === undefined ? undefined : new Deadlines(timeouts, this.#nowMs);
    const runIt = () =>
      timeouts === undefined ? connection.run(statement) : runWithoutTimers(connection, statement, timeouts);
    const phases = this.#phases(session, text, runIt);
    this.#flights.launch({ session: name, pid: connection.pid, statement, deadlines, mayWait, ...phases });
    return this.#settle(name, before);
  }

  timeoutAt(session: string): number | undefined {
    return this.#flights.of(session)?.deadlines?.next().atMs;
  }

  async expire(session: string): Promise<Move> {
    const flight = this.#flights.of(session);
    const deadline = flight?.deadlines?.next();
    if (flight === undefined || deadline === undefined || deadline.atMs > this.#nowMs) {
      throw misuse(`No timeout of ${session} is due at ${this.#nowMs}.`);
    }
    const before = this.#waits();
    flight.timedOut = deadline.kind;
    await this.#control.rows({ text: "select pg_cancel_backend($1)", values: [flight.pid] });
    await this.#flights.landing(session);
    return this.#settle(session, before);
  }

  async disconnect(name: string): Promise<Move> {
    const session = this.#sessions.get(name);
    const before = this.#waits();
    before.delete(name);
    this.#flights.drop(name);
    await this.#sessions.terminate(session);
    return this.#settle(name, before);
  }

  async lookAs(name: string, statement: Statement): Promise<StatementResult | NotLooked> {
    const session = this.#sessions.get(name);
    if (this.#flights.of(name) !== undefined) return "waiting";
    if (this.#did.lockOutReaders || this.#did.changeSchema) return "unknown";
    await session.ready;
    return await lookAsConnection(session.connection, this.#control, statement);
  }

  backendPid(name: string): number {
    return this.#sessions.get(name).connection.pid;
  }

  observe(statement: Statement): Promise<StatementResult> {
    return this.#observer.observe(statement, !this.#did.changeSchema);
  }

  async close(): Promise<void> {
    try {
      await this.#endSessions();
      await Promise.all([this.#sessions.close(), this.#observer.close(), this.#control.close()]);
    } finally {
      await this.#parts.dispose();
    }
  }

  async #learnSchema(): Promise<void> {
    this.#facts = await readSchemaFacts(this.#control);
    this.#observer.forget();
  }

  /**
   * Lets BEGIN travel while other sessions go on: it takes no lock and no snapshot, and cannot fail. A session that may listen
   * has to be in its block, though, before somebody else notifies it.
   */
  async #begin(session: ServerSession, text: string): Promise<Move> {
    session.ready = session.connection.rows({ text });
    session.ready.catch(() => undefined);
    if (session.marked) await session.ready;
    const result = { command: "BEGIN", rowCount: null, fields: [], rows: [] };
    const outcome = { kind: "done", result } as const;
    return { outcome, settled: [], deadlocks: [], commits: [], ...this.#said() };
  }

  #note(session: ServerSession, text: string): void {
    this.#sessions.note(session, text);
    this.#did.lockBeyondTransaction ||= statementText.locksBeyondTransaction(text);
    this.#did.lockOutReaders ||= statementText.locksOutReaders(text);
    this.#did.changeSchema ||= statementText.changesSchema(text);
  }

  /** How a statement is run, and what of its commit is held back until it is its turn. */
  #phases({ connection }: ServerSession, text: string, runIt: Launch["run"]): Pick<Launch, "run" | "commit"> {
    const { defersConstraints, hasFunctions } = this.#facts;
    if (connection.inTransaction) {
      if (!statementText.isCommit(text)) return { run: runIt, commit: undefined };
      if (!defersConstraints || connection.status === "failed")
        return { run: () => commitBlock(connection, text), commit: undefined };
      return checkedCommit(connection, text);
    }
    if (statementText.isSessionCommand(text) || statementText.isPlainRead(text, hasFunctions))
      return { run: () => runIt().then(withoutCommit), commit: undefined };
    if (!statementText.fitsIntoBlock(text)) return { run: runIt, commit: undefined };
    return inOwnBlock(connection, defersConstraints, runIt);
  }

  /** Whether a statement may find a lock that another session holds. */
  #mayWait(session: ServerSession, text: string): boolean {
    const { hasFunctions } = this.#facts;
    if (this.#did.lockBeyondTransaction || hasFunctions) return true;
    if (!this.#did.lockOutReaders && statementText.isPlainRead(text, hasFunctions)) return false;
    for (const other of this.#sessions.all()) {
      if (other === session) continue;
      if (other.connection.inTransaction || this.#flights.of(other.name) !== undefined) return true;
    }
    return false;
  }

  /** Lets things come to rest after a move of `mover`; `before`: who waited for what until then. */
  async #settle(mover: string, before: ReadonlyMap<string, Wait>): Promise<Move> {
    const landed: Flight[] = [];
    const uncommitted: Flight[] = [];
    for (;;) {
      for (const flight of await this.#flights.settle()) {
        landed.push(flight);
        if (flight.commit === undefined) await this.#noteCommit(flight);
        else if (flight.finished?.kind === "done") uncommitted.push(flight);
        else if (flight.finished !== undefined) await rollBack(this.#sessions.get(flight.session).connection);
      }
      const next = uncommitted.shift();
      if (next?.commit === undefined) break;
      next.finished = await next.commit();
      await this.#noteCommit(next);
    }
    const inAir = this.#flights.inAir();
    if (inAir.length > 0) await everythingRead();
    for (const { deadlines, wait } of inAir) deadlines?.observe(wait, this.#nowMs);
    const move = toMove(mover, before, landed, inAir, this.#said());
    for (const { victim } of move.deadlocks) {
      this.#victims.found();
      this.#chooseVictim([victim]);
    }
    return move;
  }

  /** Lets the run look at a commit before anything else happens. */
  async #noteCommit({ session, finished }: Flight): Promise<void> {
    if (finished?.committed === true) await this.#onCommit(session);
  }

  /** Notices and notifications that reached sessions since the last move. */
  #said(): Pick<Move, "notices" | "notifications"> {
    const notices: Notice[] = [];
    const notifications: Notification[] = [];
    for (const { name: session, connection } of this.#sessions.all()) {
      const said = connection.takeMessages();
      notices.push(...said.notices.map((notice) => ({ session, ...notice })));
      for (const { pid, channel, payload } of said.notifications) {
        const from = this.#sessions.nameOf(pid) ?? `PID ${pid}`;
        notifications.push({ session, channel, payload, from });
      }
    }
    return { notices, notifications };
  }

  /** Who waits for what now. */
  #waits(): Map<string, Wait> {
    return new Map(
      this.#flights.inAir().flatMap(({ session, wait }) => (wait === undefined ? [] : [[session, wait]])),
    );
  }

  async #endSessions(): Promise<void> {
    const waiting = new Set(this.#flights.inAir().map(({ session }) => session));
    this.#flights.clear();
    const { sequences, hasFunctions } = this.#facts;
    await this.#sessions.endAll((session) => waiting.has(session), hasFunctions || sequences.length > 0);
  }
}

function newRun(): Did {
  return { lockBeyondTransaction: false, lockOutReaders: false, changeSchema: false };
}

/** A number in [-1, 1) for setseed, from the run's seed and the session's name (FNV-1a). */
function seedOf(seed: number, session: string): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (const character of session) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return hash / 2 ** 31;
}

/** What a backend sent before it began to wait has arrived; two turns of the event loop read it. */
async function everythingRead(): Promise<void> {
  await nextTurn();
  await nextTurn();
}

/** An answer to a statement whose commit changes nothing. */
function withoutCommit(finished: Finished): Finished {
  return { ...finished, committed: false };
}

function misuse(message: string): SwitchyardError {
  return new SwitchyardError("harness", message, "Report this: the run loop must not ask for it.");
}
