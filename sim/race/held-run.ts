/**
 * A run that stands still between two steps, as somebody sees it who watches, or who steps in.
 */
import type { Statement } from "../engine/port.ts";
import { SwitchyardError } from "../switchyard-error.ts";
import type { TraceStep, Violation } from "../trace/trace.ts";
import type { Lane } from "./actor-task.ts";
import type { Connections } from "./connections.ts";

/** An actor's session in a run that stands still. */
export interface HeldSession {
  readonly name: string;
  /** The engine's session behind it; undefined where it has no connection. */
  readonly session: string | undefined;
  /** "idle": it has no next step of its own, but its actor is not at the end. */
  readonly state: "ready" | "waiting" | "sleeping" | "idle" | "finished";
  /** The statement that is its next step, if it is one. */
  readonly pending: string | undefined;
}

/** A run after a step (or before the first one). The engine is at rest: it may be read. */
export interface HeldRun {
  /** Steps so far. */
  readonly steps: readonly TraceStep[];
  readonly violations: readonly Violation[];
  /** As they are now, in the race's order. */
  readonly sessions: readonly HeldSession[];
  /**
   * Runs a statement as a session, as one more step that the actor knows nothing of; the run is then no longer that of its token.
   * Rejects for a session that waits or does not exist.
   */
  readonly execute: (session: string, statement: Statement) => Promise<void>;
}

/** Is shown a run before its first step and after every step; the run goes on when it resolves. */
export type OnStep = (run: HeldRun) => Promise<void>;

/** What a run that stands still is made of. */
export interface HeldRunParts extends Pick<HeldRun, "steps" | "violations"> {
  readonly lanes: readonly Lane[];
  /** Those whose statement waits in the engine, by name; those that wait for a connection. */
  readonly waiting: { has(name: string): boolean };
  readonly connections: Pick<Connections, "waiting" | "openSessionOf">;
  /** Makes the step that a lane's first request asks for. */
  readonly makeStep: (lane: Lane) => Promise<void>;
}

/** The run that stands still, as it is shown. */
export function heldRun(parts: HeldRunParts): HeldRun {
  const { steps, violations, lanes, waiting, connections, makeStep } = parts;
  return {
    steps,
    violations,
    get sessions() {
      return lanes.map((lane) => ({
        ...heldSession(lane, waiting.has(lane.name) || connections.waiting.has(lane)),
        session: connections.openSessionOf(lane),
      }));
    },
    execute: async (session, statement) => {
      const lane = lanes.find(({ name }) => name === session);
      if (lane === undefined || waiting.has(session))
        throw new SwitchyardError("usage", `${session} cannot run a statement now.`, "Ask for the sessions.");
      const ignore = (): void => {};
      const own = connections.openSessionOf(lane);
      if (own === undefined)
        throw new SwitchyardError("usage", `${session} has no connection.`, "Ask for the sessions.");
      lane.requests.unshift({ kind: "statement", statement, session: own, resolve: ignore, reject: ignore });
      await makeStep(lane);
    },
  };
}

/** How the session of a lane stands. */
function heldSession({ name, actor, requests: [next] }: Lane, waits: boolean): Omit<HeldSession, "session"> {
  const pending = !waits && next?.kind === "statement" ? next.statement.text : undefined;
  if (waits) return { name, state: "waiting", pending };
  if (next === undefined) return { name, state: actor.finished ? "finished" : "idle", pending };
  return {
    name,
    state: next.kind === "sleep" || next.kind === "after-others" ? "sleeping" : "ready",
    pending,
  };
}
