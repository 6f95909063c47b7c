/**
 * The connections of a specification over one engine: sends messages, lets woken sessions go on with the rest of theirs, and
 * lets time pass when nothing else can happen.
 *
 * On a real server a deadlock stands until somebody's deadlock_timeout has passed (manual, deadlock_timeout), which is long
 * compared with a step. The engines break it at once; what came of it is held back here until time passes.
 */
import type { DeadlockEdge, Engine, Move } from "../engine/port.ts";
import { SwitchyardError } from "../switchyard-error.ts";
import { Client } from "./client.ts";

/** How pg_regress has dates and times printed; the expected outputs of PostgreSQL's own suite are made with it. */
const OUTPUT_SETTINGS = `
  set datestyle = 'Postgres, MDY'; set timezone = 'America/Los_Angeles'; set intervalstyle = 'postgres_verbose'`;

/**
 * What the in-process engine leaves out where nobody looks. Without the first one CREATE INDEX also leaves a table without
 * statistics, and plans differ from a server's.
 */
const SERVER_DEFAULTS = "set track_counts = on; set track_activities = on";

/** Questions that an engine with signals gets before a step is taken to wait for ever: a signal on its way takes no longer. */
const MAX_QUESTIONS = 100;

/** Statements that one message may take, counting the wake-ups of others; more is taken for a loop that does not end. */
const MAX_STATEMENTS_PER_MESSAGE = 10_000;

/** The server's deadlock_timeout where a session does not set one, in milliseconds. */
const DEFAULT_DEADLOCK_TIMEOUT_MS = 1_000;

/** Names in one run of the engine. */
export interface ConnectionNames {
  /** What a session's application_name begins with. */
  readonly application: string;
  /** The session of setups and teardowns. */
  readonly control: string;
  readonly sessions: readonly string[];
}

/** Clients by session name, in one run of the engine. */
export class Connections {
  readonly control: Client;
  /** In the order of the specification. */
  readonly clients: readonly Client[];
  readonly #engine: Engine;
  readonly #byName: ReadonlyMap<string, Client>;
  /** Clients whose statement waits, in the order in which they began to. */
  readonly #queue = new Set<Client>();

  private constructor(engine: Engine, control: string, sessions: readonly string[]) {
    this.#engine = engine;
    this.control = new Client(control);
    this.clients = sessions.map((session) => new Client(session));
    this.#byName = new Map([this.control, ...this.clients].map((client) => [client.session, client]));
  }

  /** Starts a run of the engine and opens the sessions in it. */
  static async open(
    engine: Engine,
    { application, control, sessions }: ConnectionNames,
  ): Promise<Connections> {
    const connections = new Connections(engine, control, sessions);
    await engine.startRun({
      seed: 1,
      startMs: Date.UTC(2026, 0, 1),
      chooseVictim: (members) => connections.#victim(members),
      onCommit: () => Promise.resolve(),
    });
    for (const session of [control, ...sessions]) await engine.open(session);
    await connections.#makeSettings(application);
    return connections;
  }

  /** What isolationtester's sessions begin with when pg_isolation_regress runs it. */
  async #makeSettings(application: string): Promise<void> {
    for (const client of [this.control, ...this.clients]) {
      await this.send(client, OUTPUT_SETTINGS);
      await this.send(client, SERVER_DEFAULTS);
      // For specifications that look themselves up in pg_stat_activity.
      const name = `${application}/${client.session}`.replaceAll("'", "''");
      await this.send(client, `set application_name = '${name}'`);
    }
  }

  /** Sends a message; resolves when it is answered or waits. */
  async send(client: Client, sql: string): Promise<void> {
    client.send(sql);
    await this.#run(client);
  }

  /** Whether `client` waits for a session of this run. For others (a prepared transaction) isolationtester knows no wait. */
  isBlocked(client: Client): boolean {
    return client.held || client.waitsFor.some((session) => this.#byName.has(session));
  }

  /**
   * Lets time pass until the message of `client` is answered.
   * @returns false if it waits for something that time does not bring
   */
  async finish(client: Client): Promise<boolean> {
    while (client.busy) if (!(await this.#passTime())) return false;
    return true;
  }

  /** Deadlocks and timeouts come about: all that is held is let go, or the next timeout fires. False if nothing can. */
  async #passTime(): Promise<boolean> {
    const held = this.clients.filter((client) => client.held);
    for (const client of held) client.held = false;
    if (held.length > 0) return true;
    const due = [...this.#queue]
      .map((client) => ({ client, atMs: this.#engine.timeoutAt(client.session) ?? Infinity }))
      .sort((a, b) => a.atMs - b.atMs)[0];
    if (due === undefined || due.atMs === Infinity) return this.#signalled();
    this.#engine.advanceTo(due.atMs);
    const move = await this.#engine.expire(due.client.session);
    await this.#runAll([due.client, ...this.#note(due.client, move)]);
    return true;
  }

  /** A waiting statement may be ended by a signal that another session sent; true if one was. */
  async #signalled(): Promise<boolean> {
    if (!this.#engine.hasSignals || this.control.busy) return false;
    const waiting = this.#queue.size;
    for (let asked = 0; asked < MAX_QUESTIONS && this.#queue.size === waiting; asked++) {
      await this.send(this.control, "select");
    }
    return this.#queue.size < waiting;
  }

  #run(client: Client): Promise<void> {
    return this.#runAll([client]);
  }

  async #runAll(clients: readonly Client[]): Promise<void> {
    const ready = [...clients];
    let statements = 0;
    for (let client = ready.shift(); client; client = ready.shift()) {
      while (client.state === "ready") {
        const text = client.next();
        if (text === undefined) break;
        if (++statements > MAX_STATEMENTS_PER_MESSAGE) throw endless(client.session);
        const move = await this.#engine.execute(client.session, { text, rowMode: "array" });
        ready.push(...this.#note(client, move));
      }
    }
  }

  /** Takes note of a move of `mover`; returns the other clients that can go on. */
  #note(mover: Client, move: Move): Client[] {
    for (const notice of move.notices) {
      this.#byName.get(notice.session)?.notices.push(notice);
    }
    for (const notification of move.notifications) {
      this.#byName.get(notification.session)?.notifications.push(notification);
    }
    const late = move.deadlocks.some(({ edges }) => !isFoundAtOnce(edges));
    const outcomes = [{ session: mover.session, outcome: move.outcome }, ...move.settled];
    const woken = new Set<Client>();
    for (const { session, outcome } of outcomes) {
      const client = this.#byName.get(session);
      if (!client) continue;
      client.take(outcome);
      client.held ||= late;
      if (outcome.kind === "waiting") this.#queue.add(client);
      else this.#queue.delete(client);
      if (client !== mover) woken.add(client);
    }
    return [...woken];
  }

  /** The member whose deadlock_timeout passes first: they began to wait in the order of the queue, the caller last. */
  #victim(members: readonly string[]): number {
    const waiters = [...this.#queue].map(({ session }) => session);
    const position = (session: string): number => {
      const at = waiters.indexOf(session);
      return at < 0 ? waiters.length : at;
    };
    const timeout = (session: string): number =>
      this.#byName.get(session)?.deadlockTimeoutMs ?? DEFAULT_DEADLOCK_TIMEOUT_MS;
    const [first] = members.toSorted((a, b) => timeout(a) - timeout(b) || position(a) - position(b));
    return members.indexOf(first ?? "");
  }
}

/**
 * Two holders of one lock that both want more of it: Postgres finds that deadlock when the second asks, without a
 * timeout (storage/lmgr/README, "deadlock detection").
 */
function isFoundAtOnce(edges: readonly DeadlockEdge[]): boolean {
  const [first, second] = edges;
  if (edges.length !== 2 || !first || !second) return false;
  const { kind } = first.lock;
  if (kind === "row" || kind === "transaction" || second.lock.kind !== kind) return false;
  return mayBeSame(first.lock.relation, second.lock.relation) && mayBeSame(first.lock.row, second.lock.row);
}

/** An engine that saw no wait, because it ended at once, does not know what for. */
function mayBeSame(a: string | undefined, b: string | undefined): boolean {
  return a === undefined || b === undefined || a === b;
}

function endless(session: string): SwitchyardError {
  return new SwitchyardError(
    "harness",
    `A message of session "${session}" took more than ${MAX_STATEMENTS_PER_MESSAGE} statements.`,
    "Split the step.",
  );
}
