/**
 * The engine port over real connections: one connection a session, one that controls and asks who waits, one that
 * observes.
 *
 * What a server cannot give, and the in-process engine can: `now()` and everything else that reads the clock inside the
 * database is real time, and `gen_random_uuid()` is random. `nowMs` is a counter that only the harness advances, so races
 * that run on both engines pass their time as a parameter. `random()` is seeded per session. A deadlock's victim is the
 * server's choice; `chooseVictim` is not asked. lock_timeout and statement_timeout are kept in virtual time by the harness
 * (see timeouts.ts); pg_sleep sleeps.
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import type {
  Engine,
  Move,
  Notice,
  Notification,
  RunStart,
  Statement,
  StatementResult,
  Wait,
} from "../engine/port.ts";
import { SwitchyardError } from "../switchyard-error.ts";
import { Connection, type ValueMode } from "./connection.ts";
import { Flights } from "./flights.ts";
import { toMove } from "./move.ts";
import { dropSchemas, emptyTables } from "./reset.ts";
import { Deadlines, mentionsTimeout, readTimeouts, runWithoutTimers } from "./timeouts.ts";

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
export async function connectEngine({ url, values, dispose }: ServerEngineParts): Promise<Engine> {
  const control = await Connection.open(url);
  const observer = await Connection.open(url);
  await observer.rows({ text: "set default_transaction_read_only = on; set lock_timeout = '1s'" });
  return new ServerEngine(url, values, control, observer, dispose);
}

class ServerEngine implements Engine {
  readonly name = "postgres";
  readonly #url: string;
  readonly #values: ValueMode;
  readonly #control: Connection;
  readonly #observer: Connection;
  readonly #dispose: () => Promise<void>;
  readonly #flights: Flights;
  readonly #sessions = new Map<string, Connection>();
  /** Connections of earlier runs, set back. */
  readonly #spare: Connection[] = [];
  /** Sessions that may have set a timeout. */
  readonly #timed = new Set<string>();
  #schema: string | undefined;
  #seed = 0;
  #nowMs = 0;
  #onCommit: RunStart["onCommit"] = () => Promise.resolve();

  constructor(
    url: string,
    values: ValueMode,
    control: Connection,
    observer: Connection,
    dispose: () => Promise<void>,
  ) {
    this.#url = url;
    this.#values = values;
    this.#control = control;
    this.#observer = observer;
    this.#dispose = dispose;
    this.#flights = new Flights(control, (pid) => this.#sessionOf(pid));
  }

  async install(schema: string): Promise<void> {
    if (this.#schema === schema) return;
    await this.#endSessions();
    this.#schema = undefined;
    // A connection of its own, so that nothing that the script sets stays behind.
    const installer = await Connection.open(this.#url);
    try {
      await dropSchemas(installer);
      await installer.rows({ text: schema });
    } finally {
      await installer.close();
    }
    this.#schema = schema;
  }

  async startRun({ seed, startMs, onCommit }: RunStart): Promise<void> {
    await this.#endSessions();
    await emptyTables(this.#control);
    this.#seed = seed;
    this.#nowMs = startMs;
    this.#onCommit = onCommit;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  advanceTo(timeMs: number): void {
    this.#nowMs = Math.max(this.#nowMs, timeMs);
  }

  async open(session: string): Promise<void> {
    if (this.#sessions.has(session)) throw misuse(`The session ${session} is open already.`);
    const connection = this.#spare.pop() ?? (await Connection.open(this.#url, this.#values));
    this.#sessions.set(session, connection);
    this.#timed.delete(session);
    await connection.rows({ text: "select setseed($1)", values: [seedOf(this.#seed, session)] });
  }

  async execute(session: string, statement: Statement): Promise<Move> {
    const connection = this.#connection(session);
    if (this.#flights.of(session) !== undefined) {
      throw misuse(`The session ${session} waits and cannot take another statement.`);
    }
    const timeouts = this.#timed.has(session) ? await readTimeouts(connection, statement) : undefined;
    if (mentionsTimeout(statement.text)) this.#timed.add(session);
    const before = this.#waits();
    const deadlines = timeouts === undefined ? undefined : new Deadlines(timeouts, this.#nowMs);
    this.#flights.launch({ session, pid: connection.pid, statement, deadlines }, () =>
      timeouts === undefined ? connection.run(statement) : runWithoutTimers(connection, statement, timeouts),
    );
    return this.#settle(session, before);
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

  async disconnect(session: string): Promise<Move> {
    const connection = this.#connection(session);
    const before = this.#waits();
    before.delete(session);
    this.#sessions.delete(session);
    await this.#terminate(session, connection);
    return this.#settle(session, before);
  }

  async observe(statement: Statement): Promise<StatementResult> {
    const finished = await this.#observer.run(statement);
    if (finished.kind === "failed") throw finished.error;
    return finished.result;
  }

  async close(): Promise<void> {
    await this.#endSessions();
    const connections = [...this.#spare.splice(0), this.#observer, this.#control];
    await Promise.all(connections.map((connection) => connection.close()));
    await this.#dispose();
  }

  #connection(session: string): Connection {
    const connection = this.#sessions.get(session);
    if (connection === undefined) throw misuse(`There is no session ${session}.`);
    return connection;
  }

  #sessionOf(pid: number): string | undefined {
    if (pid === 0) return "a prepared transaction";
    for (const [session, connection] of this.#sessions) if (connection.pid === pid) return session;
    return undefined;
  }

  /** Lets things come to rest after a move of `mover`; `before`: who waited for what until then. */
  async #settle(mover: string, before: ReadonlyMap<string, Wait>): Promise<Move> {
    const landed = await this.#flights.settle();
    const inAir = this.#flights.inAir();
    if (inAir.length > 0) await everythingRead();
    for (const { deadlines, wait } of inAir) deadlines?.observe(wait, this.#nowMs);
    const move = toMove(mover, before, landed, inAir, this.#said());
    for (const session of move.commits) await this.#onCommit(session);
    return move;
  }

  /** Notices and notifications that reached sessions since the last move. */
  #said(): Pick<Move, "notices" | "notifications"> {
    const notices: Notice[] = [];
    const notifications: Notification[] = [];
    for (const [session, connection] of this.#sessions) {
      const said = connection.takeMessages();
      notices.push(...said.notices.map((notice) => ({ session, ...notice })));
      for (const { pid, channel, payload } of said.notifications) {
        notifications.push({ session, channel, payload, from: this.#sessionOf(pid) ?? `PID ${pid}` });
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
    const sessions = [...this.#sessions];
    this.#sessions.clear();
    const waiting = sessions.filter(([session]) => this.#flights.of(session) !== undefined);
    await Promise.all(waiting.map(([session, connection]) => this.#terminate(session, connection)));
    this.#flights.clear();
    const resting = sessions.filter((session) => !waiting.includes(session));
    await Promise.all(resting.map(([, connection]) => this.#setBack(connection)));
  }

  /** Makes a connection as good as new and keeps it for the next run. */
  async #setBack(connection: Connection): Promise<void> {
    if (connection.lost) return;
    if (connection.inTransaction) await connection.rows({ text: "rollback" });
    await connection.rows({ text: "discard all" });
    connection.takeMessages();
    this.#spare.push(connection);
  }

  /** Ends the backend of a session, also one that waits, and stays until the server has released all it held. */
  async #terminate(session: string, connection: Connection): Promise<void> {
    this.#flights.drop(session);
    const values = [connection.pid];
    await this.#control.rows({ text: "select pg_terminate_backend($1)", values });
    for (;;) {
      const [row] = await this.#control.rows({ text: "select from pg_stat_get_activity($1)", values });
      if (row === undefined) break;
    }
    await connection.close();
  }
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

function misuse(message: string): SwitchyardError {
  return new SwitchyardError("harness", message, "Report this: the run loop must not ask for it.");
}
