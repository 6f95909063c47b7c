/**
 * An actor that runs until it needs the database or sleeps, and then stands still until the schedule lets it go on.
 */
import type { Statement, StatementResult } from "../engine/port.ts";
import { nextTurn } from "../real-time.ts";
import { SwitchyardError } from "../switchyard-error.ts";

/** A statement that an actor wants to be run. */
export interface StatementRequest {
  readonly kind: "statement";
  readonly statement: Statement;
  /** The connection on which it runs, where that is not the actor's own session. */
  readonly session?: string;
  readonly resolve: (result: StatementResult) => void;
  readonly reject: (error: unknown) => void;
}

/** A connection that an actor asks for. */
export interface ConnectRequest {
  readonly kind: "connect";
  /** The lanes that have the connections of a pool which has no more to give; undefined where one is to be had. */
  readonly heldBy: () => readonly string[] | undefined;
  /** How long it waits for one at most, in virtual ms. */
  readonly timeoutMs?: number | undefined;
  /** It has waited for so long. */
  readonly expire: () => void;
  /** It is this actor's turn: the pool gives it a connection, or puts it into its queue. */
  readonly resolve: () => void;
}

/** A connection that is closed in the middle of a transaction. */
export interface DisconnectRequest {
  readonly kind: "disconnect";
  readonly session: string;
  readonly resolve: () => void;
}

/** What an actor stands still for. */
export type Request =
  | StatementRequest
  | ConnectRequest
  | DisconnectRequest
  | {
      readonly kind: "sleep";
      readonly durationMs: number;
      readonly untilMs: number;
      readonly resolve: () => void;
    }
  /** Until every other actor has finished. */
  | { readonly kind: "after-others"; readonly resolve: () => void };

/** What a schedule chooses: an actor, or a further connection that it has (see connections.ts). */
export interface Lane {
  readonly name: string;
  readonly actor: ActorTask;
  /** Open requests, oldest first; the first is what stands still. */
  readonly requests: Request[];
}

/** Turns of the event loop that an actor with connections may take between two requests. */
const MAX_LOOP_TURNS = 50;

/** Microtask turns that an actor may take between two requests before it counts as lost. */
const MAX_TURNS = 10_000;

/** A started actor. */
export class ActorTask implements Lane {
  readonly name: string;
  readonly actor: ActorTask = this;
  /** Itself, and one for each further connection that it had at once. */
  readonly lanes: Lane[] = [this];
  readonly requests: Request[] = [];
  finished = false;
  /** What the actor let escape. */
  failure: { readonly error: unknown } | undefined;

  constructor(name: string) {
    this.name = name;
  }

  /** Starts the actor; `settle` tells when it stands still. */
  start(body: () => Promise<void>): void {
    const ended = (): void => void (this.finished = true);
    void Promise.resolve()
      .then(body)
      .catch((error: unknown) => void (this.failure = { error }))
      .then(ended);
  }

  /**
   * Waits until the actor stands still or has finished.
   * @throws SwitchyardError "race" if it awaits something that is neither its session nor its sleep
   */
  async settle(connections: SettledWith): Promise<void> {
    if (connections.inUse) return await this.#settleWith(connections);
    for (let turn = 0; turn < MAX_TURNS; turn++) {
      if (this.requests.length > 0 || this.finished) return;
      await Promise.resolve();
      if (connections.inUse) return await this.#settleWith(connections);
    }
    throw this.#lost();
  }

  /** Clients go on by turns of the event loop, and several of them at once: each turn is awaited to its end. */
  async #settleWith({ stillWaits }: SettledWith): Promise<void> {
    for (let turn = 0; turn < MAX_LOOP_TURNS; turn++) {
      await nextTurn();
      if (this.finished || this.lanes.some((lane) => lane.requests.length > 0 || stillWaits(lane))) return;
    }
    throw this.#lost();
  }

  #lost(): SwitchyardError {
    return new SwitchyardError(
      "race",
      `Actor "${this.name}" awaits something that the schedule does not control.`,
      "Let actors await nothing but their session, pools and clients of pg-switchyard, and `sleep`.",
    );
  }
}

/** What tells an actor's task whether it stands still. */
export interface SettledWith {
  /** The run has connections beside the sessions of its actors. */
  readonly inUse: boolean;
  /** Whether a lane waits in the engine, or for a connection. */
  readonly stillWaits: (lane: Lane) => boolean;
}
