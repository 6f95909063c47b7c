/**
 * The sessions of a run, one connection each. Connections are kept from run to run and made as good as new in between.
 */
import { SwitchyardError } from "../switchyard-error.ts";
import { Connection, type ValueMode } from "./connection.ts";
import { leavesNothingBehind } from "./statement-text.ts";
import { mentionsTimeout } from "./timeouts.ts";

/** A session of the current run. */
export interface ServerSession {
  readonly name: string;
  readonly connection: Connection;
  /** What the harness itself has asked of the connection, e.g. to be seeded; awaited before the next statement. */
  ready: Promise<unknown>;
  /** It may have set lock_timeout or statement_timeout. */
  timed: boolean;
  /** It may have left something behind that outlives its transactions: settings, prepared statements, advisory locks. */
  marked: boolean;
}

/** All sessions of an engine. */
export class SessionPool {
  readonly #url: string;
  readonly #values: ValueMode;
  readonly #control: Connection;
  readonly #sessions = new Map<string, ServerSession>();
  readonly #spare: Connection[] = [];

  /** `url`: the engine's database. `control` ends backends. */
  constructor(url: string, values: ValueMode, control: Connection) {
    this.#url = url;
    this.#values = values;
    this.#control = control;
  }

  /** Opens a session whose random() begins with `seed`, a number in [-1, 1]. Throws where the name is taken. */
  async open(name: string, seed: number): Promise<ServerSession> {
    if (this.#sessions.has(name)) throw misuse(`The session ${name} is open already.`);
    const connection = this.#spare.pop() ?? (await Connection.open(this.#url, this.#values));
    const ready = connection.rows({ text: "select setseed($1)", values: [seed] });
    // Whoever awaits it hears of a failure; until then it must not end the process.
    ready.catch(() => undefined);
    const session = { name, connection, ready, timed: false, marked: false };
    this.#sessions.set(name, session);
    return session;
  }

  /** The session of this name; throws where there is none. */
  get(name: string): ServerSession {
    const session = this.#sessions.get(name);
    if (session === undefined) throw misuse(`There is no session ${name}.`);
    return session;
  }

  /** All sessions, in the order in which they were opened. */
  all(): Iterable<ServerSession> {
    return this.#sessions.values();
  }

  /** The name of the session at a backend; 0 is the "backend" of prepared transactions. */
  nameOf(pid: number): string | undefined {
    if (pid === 0) return "a prepared transaction";
    for (const { name, connection } of this.#sessions.values()) if (connection.pid === pid) return name;
    return undefined;
  }

  /** Notes what a statement may leave behind in its session. */
  note(session: ServerSession, text: string): void {
    session.timed ||= mentionsTimeout(text);
    session.marked ||= !leavesNothingBehind(text);
  }

  /** Ends the backend of a session, also one that waits, and stays until the server has released all it held. */
  async terminate({ name, connection }: ServerSession): Promise<void> {
    this.#sessions.delete(name);
    const values = [connection.pid];
    await this.#control.rows({ text: "select pg_terminate_backend($1)", values });
    for (;;) {
      const [row] = await this.#control.rows({ text: "select from pg_stat_get_activity($1)", values });
      if (row === undefined) break;
    }
    await connection.close();
  }

  /**
   * Ends all sessions: those that wait by their end, the others by setting them back. `thorough`: also those that ran only
   * statements which leave nothing behind by themselves; functions and sequences may.
   */
  async endAll(waits: (session: string) => boolean, thorough: boolean): Promise<void> {
    const sessions = [...this.#sessions.values()];
    this.#sessions.clear();
    await Promise.all(
      sessions.map((session) =>
        waits(session.name) ? this.terminate(session) : this.#setBack(session, thorough),
      ),
    );
  }

  /** Closes every connection; no session may be open. */
  async close(): Promise<void> {
    await Promise.all(this.#spare.splice(0).map((connection) => connection.close()));
  }

  async #setBack({ connection, marked, ready }: ServerSession, thorough: boolean): Promise<void> {
    if (connection.lost) return;
    await ready;
    if (connection.inTransaction) await connection.rows({ text: "rollback" });
    if (marked || thorough) await connection.rows({ text: "discard all" });
    connection.takeMessages();
    this.#spare.push(connection);
  }
}

function misuse(message: string): SwitchyardError {
  return new SwitchyardError("harness", message, "Report this: the run loop must not ask for it.");
}
