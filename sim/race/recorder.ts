/**
 * Keeps the trace of a run: every step as plain data, and the schedule as it was taken.
 */
import type { Move, Outcome } from "../engine/port.ts";
import { toPlain } from "../trace/canonical-json.ts";
import type { Action, TracedOutcome, TraceStep } from "../trace/trace.ts";

/** What is known of a step before it is made. */
export interface StepBegin {
  readonly session: string;
  readonly operation: string | undefined;
  readonly enabled: readonly string[];
  readonly preemption: boolean;
  /** Virtual milliseconds since 1970. */
  readonly timeMs: number;
}

/** Collects the steps of one run. */
export class Recorder {
  readonly steps: TraceStep[] = [];
  readonly taken: string[] = [];
  readonly #startMs: number;

  constructor(startMs: number) {
    this.#startMs = startMs;
  }

  /** Notes whom the schedule chose. */
  take(choice: string): void {
    this.taken.push(choice);
  }

  /** Notes a step on the engine; `waitingText` tells the statement with which a session had been waiting. */
  step(
    step: StepBegin & {
      readonly action: Action;
      readonly move: Move;
      readonly waitingText: (session: string) => string | undefined;
    },
  ): void {
    const { move, action } = step;
    const ownText = action.kind === "sleep" ? "" : action.text;
    this.#add(step, {
      action,
      outcome: traceOutcome(move.outcome),
      settled: move.settled.map(({ session, wokenBy, outcome }) => ({
        session,
        wokenBy,
        text: step.waitingText(session) ?? ownText,
        outcome: traceOutcome(outcome),
      })),
      deadlocks: move.deadlocks,
      commits: move.commits,
    });
  }

  /** Notes a sleep. */
  sleep(step: StepBegin & { readonly durationMs: number }): void {
    this.#add(step, {
      action: { kind: "sleep", durationMs: step.durationMs },
      outcome: { kind: "done", command: "SLEEP", rowCount: null, rows: [] },
      settled: [],
      deadlocks: [],
      commits: [],
    });
  }

  /** Preemptions, waits (statements that had to wait) and deadlocks so far. */
  counts(): { readonly preemptions: number; readonly waits: number; readonly deadlocks: number } {
    const count = (predicate: (step: TraceStep) => boolean): number => this.steps.filter(predicate).length;
    return {
      preemptions: count(({ preemption }) => preemption),
      waits: count(({ outcome }) => outcome.kind === "waiting"),
      deadlocks: this.steps.reduce((sum, { deadlocks }) => sum + deadlocks.length, 0),
    };
  }

  #add(
    { session, operation, enabled, preemption, timeMs }: StepBegin,
    made: Pick<TraceStep, "action" | "outcome" | "settled" | "deadlocks" | "commits">,
  ): void {
    this.steps.push({
      step: this.steps.length + 1,
      timeMs: timeMs - this.#startMs,
      session,
      ...(operation === undefined ? {} : { operation }),
      ...made,
      enabled,
      preemption,
    });
  }
}

function traceOutcome(outcome: Outcome): TracedOutcome {
  if (outcome.kind === "waiting") return outcome;
  if (outcome.kind === "failed") {
    const { code, message, detail } = outcome.error;
    return { kind: "failed", code, message, ...(detail === undefined ? {} : { detail }) };
  }
  const { command, rowCount, rows } = outcome.result;
  return { kind: "done", command, rowCount, rows: toPlain(rows) };
}
