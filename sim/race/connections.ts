/**
 * The connections that actors open beside their own sessions, one by one or out of pools that they share.
 *
 * A connection is a session of the engine. It belongs to whoever has it on loan, and what it does is a step of that actor: of its
 * first connection under the actor's own name ("ann"), of one that it has besides under a name of its own ("ann.2"), which is a
 * lane. Under these names everybody else waits for it. A connection that nobody has is called by its own name ("connection 1").
 */
import type { Engine, Move, Settled } from "../engine/port.ts";
import type { TracedOutcome } from "../trace/trace.ts";
import type { ActorTask, ConnectRequest, Lane, StatementRequest } from "./actor-task.ts";

/** The outcome of asking for a connection and getting one. */
export const CONNECTED: TracedOutcome = { kind: "done", command: "CONNECT", rowCount: null, rows: [] };

/** The outcome of having waited for a connection for too long. */
export const NOT_CONNECTED: TracedOutcome = {
  kind: "failed",
  code: "timeout",
  message: "no connection came free in time",
};

/** The engine's session on which a lane runs a statement. */
export function sessionOf({ name }: Lane, { session }: StatementRequest): string {
  return session ?? name;
}

/** What a lane waits for that has asked a pool for a connection. */
export interface ConnectionWait {
  /** Lanes that have the connections. */
  readonly for: readonly string[];
  /** When it gives up, in virtual ms since 1970. */
  readonly untilMs: number | undefined;
  readonly request: ConnectRequest;
}

/** The connections of one run. */
export class Connections {
  /** Lanes that wait for a connection, in the order in which they asked. */
  readonly waiting: Map<Lane, ConnectionWait> = new Map();
  readonly #engine: Engine;
  /** All lanes of the run, those of the actors first. */
  readonly #lanes: Lane[];
  /** Statements that wait in the engine, by lane. */
  readonly #statements: ReadonlyMap<string, StatementRequest>;
  /** The lane of each connection, by the connection's session; undefined while nobody has it. */
  readonly #laneOf = new Map<string, Lane | undefined>();
  readonly #reserved = new Set<Lane>();
  /** Sessions of connections that the engine has opened. */
  readonly #opened = new Set<string>();
  #granted: Lane[] = [];

  /** @param lanes the run's own list, to which lanes are added; @param statements the run's, of those that wait, by lane */
  constructor(engine: Engine, lanes: Lane[], statements: ReadonlyMap<string, StatementRequest>) {
    this.#engine = engine;
    this.#lanes = lanes;
    this.#statements = statements;
  }

  /** Runs a statement; a connection is opened in the engine before its first. */
  execute(lane: Lane, request: StatementRequest): Promise<Move> {
    if (this.#laneOf.size === 0) return this.#engine.execute(sessionOf(lane, request), request.statement);
    return this.#executeOnConnection(lane, request);
  }

  async #executeOnConnection(lane: Lane, request: StatementRequest): Promise<Move> {
    const { session } = request;
    if (session !== undefined && this.#laneOf.has(session) && !this.#opened.has(session)) {
      this.#opened.add(session);
      await this.#engine.open(session);
    }
    return this.named(await this.#engine.execute(sessionOf(lane, request), request.statement));
  }

  /** The statement with which a lane waits times out. */
  async expire(lane: Lane, request: StatementRequest): Promise<Move> {
    return this.named(await this.#engine.expire(sessionOf(lane, request)));
  }

  /** When what a lane waits for times out, in virtual ms since 1970; or undefined. */
  readonly timeoutAt: (lane: Lane) => number | undefined = (lane) => {
    const wait = this.waiting.get(lane);
    if (wait !== undefined) return wait.untilMs;
    return this.#engine.timeoutAt(this.#statements.get(lane.name)?.session ?? lane.name);
  };

  /** Whether a lane waits in the engine, or for a connection. */
  readonly stillWaits: (lane: Lane) => boolean = (lane) =>
    this.#statements.has(lane.name) || this.waiting.has(lane);

  /** It is the turn of a lane that asks for a connection: what comes of it. */
  ask(lane: Lane, request: ConnectRequest): TracedOutcome {
    const holders = request.heldBy();
    if (holders === undefined) return CONNECTED;
    const { timeoutMs } = request;
    const untilMs = timeoutMs === undefined ? undefined : this.#engine.nowMs() + timeoutMs;
    this.waiting.set(lane, { for: holders, untilMs, request });
    return { kind: "waiting", wait: { for: holders, lock: { kind: "connection", mode: "of the pool" } } };
  }

  /** Who waits for what, in words; for a run in which nobody can go on. */
  waits(): string {
    return [
      ...Array.from(
        this.waiting,
        ([{ name }, { for: holders }]) =>
          `${name} waits for a connection (all are with ${holders.join(" and ")})`,
      ),
      ...Array.from(this.#statements.keys(), (lane) => `${lane} waits for a lock`),
    ].join(", ");
  }

  /** Whether any actor has connections: then its code is waited for until nothing in it can go on. */
  get inUse(): boolean {
    return this.#laneOf.size > 0 || this.#reserved.size > 0;
  }

  /** The name of a new connection's session; the run opens it before its first statement. */
  create(): string {
    const session = `connection ${this.#laneOf.size + 1}`;
    this.#laneOf.set(session, undefined);
    return session;
  }

  /** The lane on which an actor asks for a connection, and has it afterwards: the first that is free. */
  reserve(actor: ActorTask): Lane {
    const lane = actor.lanes.find((each) => !this.#reserved.has(each)) ?? this.#addLane(actor);
    this.#reserved.add(lane);
    return lane;
  }

  /** `lane` has the connection from here on. */
  bind(session: string, lane: Lane): void {
    this.#laneOf.set(session, lane);
    if (this.waiting.delete(lane)) this.#granted.push(lane);
  }

  /** `lane` has given its connection back, or never got one. */
  release(session: string | undefined, lane: Lane): void {
    if (session !== undefined) this.#laneOf.set(session, undefined);
    this.waiting.delete(lane);
    this.#reserved.delete(lane);
  }

  /** Lanes that were given a connection for which they had waited, since the last call. */
  takeGranted(): readonly Lane[] {
    const granted = this.#granted;
    if (granted.length > 0) this.#granted = [];
    return granted;
  }

  /** Under what name others know a session. */
  readonly nameOf: (session: string) => string = (session) => this.#laneOf.get(session)?.name ?? session;

  /** The session, open in the engine, on which a lane would run its next statement; undefined where it has none. */
  openSessionOf(lane: Lane): string | undefined {
    for (const [session, holder] of this.#laneOf) {
      if (holder === lane && this.#reserved.has(lane)) return this.#opened.has(session) ? session : undefined;
    }
    return lane === lane.actor ? lane.name : undefined;
  }

  /** The actor who is behind a session. */
  actorOf(session: string): string {
    return this.#laneOf.get(session)?.actor.name ?? session;
  }

  /** What the engine tells of sessions, told of lanes. */
  named(move: Move): Move {
    if (this.#laneOf.size === 0) return move;
    const { nameOf } = this;
    const { outcome, settled, deadlocks, commits } = move;
    const rows = move.rows && {
      touched: move.rows.touched.map((touch) => ({ ...touch, session: nameOf(touch.session) })),
      transactions: Object.fromEntries(
        Object.entries(move.rows.transactions).map(([session, state]) => [nameOf(session), state]),
      ),
    };
    return {
      ...move,
      outcome: this.#namedOutcome(outcome),
      settled: settled.map((one): Settled => ({
        session: nameOf(one.session),
        wokenBy: nameOf(one.wokenBy),
        outcome: this.#namedOutcome(one.outcome),
      })),
      deadlocks: deadlocks.map(({ victim, edges }) => ({
        victim: nameOf(victim),
        edges: edges.map((edge) => ({
          ...edge,
          session: nameOf(edge.session),
          waitsFor: nameOf(edge.waitsFor),
        })),
      })),
      commits: commits.map(nameOf),
      rows,
    };
  }

  #namedOutcome(outcome: Move["outcome"]): Move["outcome"] {
    if (outcome.kind !== "waiting") return outcome;
    return { kind: "waiting", wait: { ...outcome.wait, for: outcome.wait.for.map(this.nameOf) } };
  }

  #addLane(actor: ActorTask): Lane {
    let number = actor.lanes.length + 1;
    while (this.#lanes.some(({ name }) => name === `${actor.name}.${number}`)) number += 1;
    const lane: Lane = { name: `${actor.name}.${number}`, actor, requests: [] };
    actor.lanes.push(lane);
    this.#lanes.push(lane);
    return lane;
  }
}
