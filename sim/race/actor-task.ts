/**
 * An actor that runs until it needs the database or sleeps, and then stands still until the schedule lets it go on.
 */
import type { Statement, StatementResult } from "../engine/port.ts";
import { SwitchyardError } from "../switchyard-error.ts";

/** A statement that an actor wants to be run. */
export interface StatementRequest {
  readonly kind: "statement";
  readonly statement: Statement;
  readonly resolve: (result: StatementResult) => void;
  readonly reject: (error: unknown) => void;
}

/** What an actor stands still for. */
export type Request =
  | StatementRequest
  | {
      readonly kind: "sleep";
      readonly durationMs: number;
      readonly untilMs: number;
      readonly resolve: () => void;
    }
  /** Until every other actor has finished. */
  | { readonly kind: "after-others"; readonly resolve: () => void };

/** Microtask turns that an actor may take between two requests before it counts as lost. */
const MAX_TURNS = 10_000;

/** A started actor. */
export class ActorTask {
  readonly name: string;
  /** Open requests, oldest first; the first is what the actor stands still for. */
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
  async settle(): Promise<void> {
    for (let turn = 0; turn < MAX_TURNS; turn++) {
      if (this.requests.length > 0 || this.finished) return;
      await Promise.resolve();
    }
    throw new SwitchyardError(
      "race",
      `Actor "${this.name}" awaits something that the schedule does not control.`,
      "Let actors await nothing but their session and `sleep`.",
    );
  }
}
