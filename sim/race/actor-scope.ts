/**
 * How code that was written for production, and knows nothing of races, finds the actor that runs it: a pool is asked for a connection
 * by whoever happens to call it.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { SwitchyardError } from "../switchyard-error.ts";
import type { ActorTask } from "./actor-task.ts";
import type { Connections } from "./connections.ts";

/** The actor that runs, and the run that it is part of. */
export interface ActorScope {
  readonly actor: ActorTask;
  readonly connections: Connections;
  /** Virtual milliseconds since 1970. */
  readonly nowMs: () => number;
}

/** Two copies of this module may be loaded (a race module as CommonJS has one of its own): they share one storage. */
const KEY = Symbol.for("pg-switchyard.actor-scope");

const shared = globalThis as { [KEY]?: AsyncLocalStorage<ActorScope> };

/** From now on actors can be found; what is tracked through every promise makes schedules a seventh slower on Node 20. */
export function trackActors(): void {
  shared[KEY] ??= new AsyncLocalStorage<ActorScope>();
}

/** Runs an actor's code. */
export function inActorScope<Result>(scope: ActorScope, body: () => Result): Result {
  const storage = shared[KEY];
  return storage === undefined ? body() : storage.run(scope, body);
}

/** The actor whose code runs now. Throws SwitchyardError "race" outside of actors. */
export function actorScope(): ActorScope {
  const scope = shared[KEY]?.getStore();
  if (scope !== undefined) return scope;
  throw new SwitchyardError(
    "race",
    "A simulated pool or client is used outside of an actor.",
    "Connect and query in actors only; `setup` and `observe` are given a session of their own.",
  );
}
