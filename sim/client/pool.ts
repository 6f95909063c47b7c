/**
 * `Pool`: pg's own pool over simulated connections. All that it can do and all that it answers is pg's own code; what is simulated is
 * the socket (simulated-stream.ts), and when somebody gets a connection: that is a step of the schedule, and waiting for one is seen.
 *
 * A pool belongs to the run in which it is used: in the next one it begins anew, so that a module may make its pool once. Options that
 * say where the database is and how long it may idle make no difference.
 */
import { AsyncResource } from "node:async_hooks";
import pg from "pg";
import { actorScope, trackActors, type ActorScope } from "../race/actor-scope.ts";
import type { Connections } from "../race/connections.ts";
import type { Lane } from "../race/actor-task.ts";
import { SimulatedStream } from "./simulated-stream.ts";

trackActors();

type Connected = (
  error: Error | undefined,
  client: pg.PoolClient | undefined,
  done: (release?: any) => void,
) => void;

/** What waits in a pool's queue. */
interface PendingItem {
  readonly callback: Connected;
}

/** What pg's pool is made of; declared where it is not in its types. */
interface PoolParts {
  _clients: pg.PoolClient[];
  _idle: unknown[];
  _pendingQueue: PendingItem[];
  newClient: (item: PendingItem) => void;
  _acquireClient: (client: pg.PoolClient, item: PendingItem, onIdleError: unknown, isNew: boolean) => void;
}

/** pg's Pool; to be used by actors. */
export class Pool extends pg.Pool {
  #connections: Connections | undefined;
  /** Virtual time that a call waits for a connection at most. */
  readonly #timeoutMs: number | undefined;
  /** Whose turn each queued call is. */
  readonly #lanes = new WeakMap<Connected, Lane>();
  /** For whom a client is being made. */
  #connecting: Lane | undefined;

  constructor(config: pg.PoolConfig = {}) {
    const stream = (): SimulatedStream => this.#openStream();
    const { connectionTimeoutMillis, ...rest } = config;
    super({
      ...rest,
      ssl: false,
      password: "",
      idleTimeoutMillis: 0,
      maxLifetimeSeconds: 0,
      stream: stream as unknown as NonNullable<pg.PoolConfig["stream"]>,
    });
    this.#timeoutMs = connectionTimeoutMillis === 0 ? undefined : connectionTimeoutMillis;
    this.on("release", (_error, client) => streamOf(client).takeBack());
    const parts = this as unknown as PoolParts;
    const { newClient, _acquireClient } = parts;
    parts.newClient = (item) => {
      this.#connecting = this.#lanes.get(item.callback);
      newClient.call(this, item);
    };
    parts._acquireClient = (client, item, ...others) => {
      const lane = this.#lanes.get(item.callback);
      if (lane !== undefined) streamOf(client).lend(lane);
      _acquireClient.call(this, client, item, ...others);
    };
  }

  override connect(): Promise<pg.PoolClient>;
  override connect(callback: Connected): void;
  override connect(callback?: Connected): Promise<pg.PoolClient> | void {
    const scope = actorScope();
    if (callback !== undefined) return this.#ask(scope, callback);
    return new Promise((resolve, reject) => {
      this.#ask(scope, (error, client) => (client === undefined ? reject(error) : resolve(client)));
    });
  }

  /** Asks the schedule for a turn, and in it pg's pool for a connection. */
  #ask({ actor, connections }: ActorScope, callback: Connected): void {
    if (this.#connections !== connections) this.#begin(connections);
    const lane = connections.reserve(actor);
    // Whoever gives a connection back calls this; what follows is done by who has waited.
    const inScope = AsyncResource.bind(callback);
    const connected: Connected = (error, client, done) => {
      if (client === undefined) connections.release(undefined, lane);
      inScope(error, client, done);
    };
    this.#lanes.set(connected, lane);
    const resolve = (): void => super.connect(connected as Parameters<pg.Pool["connect"]>[0]);
    const expire = (): void => {
      const parts = this as unknown as PoolParts;
      parts._pendingQueue = parts._pendingQueue.filter((item) => item.callback !== connected);
      connected(new Error("timeout exceeded when trying to connect"), undefined, () => {});
    };
    const timeoutMs = this.#timeoutMs;
    lane.requests.push({ kind: "connect", heldBy: () => this.#heldBy(), timeoutMs, expire, resolve });
  }

  /** A pool that knows connections of an earlier run forgets them. */
  #begin(connections: Connections): void {
    this.#connections = connections;
    Object.assign(this as unknown as PoolParts, { _clients: [], _idle: [], _pendingQueue: [] });
  }

  /** Who has the connections, if there are no more. */
  #heldBy(): readonly string[] | undefined {
    const { _clients, _pendingQueue } = this as unknown as PoolParts;
    const isFull = this.totalCount >= this.options.max && this.idleCount <= _pendingQueue.length;
    return isFull ? _clients.map((client) => streamOf(client).lane.name) : undefined;
  }

  #openStream(): SimulatedStream {
    const [lane, connections] = [this.#connecting, this.#connections];
    if (lane === undefined || connections === undefined)
      throw new Error("A pool made a connection that nobody asked for.");
    const stream = new SimulatedStream(connections, lane);
    stream.lend(lane);
    return stream;
  }
}

function streamOf(client: pg.PoolClient): SimulatedStream {
  return (client as unknown as { readonly connection: { readonly stream: SimulatedStream } }).connection
    .stream;
}
