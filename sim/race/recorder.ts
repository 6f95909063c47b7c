/**
 * Keeps the trace of a run: every step as plain data, and the schedule as it was taken.
 */
import type { Move, Outcome } from "../engine/port.ts";
import { toPlain } from "../trace/canonical-json.ts";
import { CONNECTED } from "./connections.ts";
import type { Action, TracedOutcome, TraceStep } from "../trace/trace.ts";

/** What is known of a step before it is made. */
export interface StepBegin {
  readonly session: string;
  readonly operation: string | undefined;
  readonly enabled: readonly string[];
  readonly preemption: boolean;
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

  /**
   * Notes a step on the engine at `timeMs` (virtual, since 1970); `waitingText` tells the statement with which a session had
   * been waiting.
   */
  step(
    begin: StepBegin,
    timeMs: number,
    action: Exclude<Action, { readonly kind: "sleep" }>,
    move: Move,
    waitingText: (session: string) => string | undefined,
  ): void {
    const { outcome, settled, deadlocks, commits } = move;
    const woken =
      settled.length === 0
        ? NONE
        : settled.map((one) => ({
            session: one.session,
            wokenBy: one.wokenBy,
            text: waitingText(one.session) ?? action.text,
            outcome: traceOutcome(one.outcome),
          }));
    this.#add(begin, timeMs, action, traceOutcome(outcome), woken, deadlocks, commits);
  }

  /** Notes that a connection was asked for. */
  connect(begin: StepBegin, timeMs: number, outcome: TracedOutcome): void {
    this.#add(begin, timeMs, CONNECT, outcome, NONE, NONE, NONE);
  }

  /** Notes, of the last step, that in it `session` got the connection for which it had waited. */
  connected(session: string, wokenBy: string): void {
    const last = this.steps.at(-1);
    if (last === undefined) return;
    const woken = { session, wokenBy, text: CONNECT.text, outcome: CONNECTED };
    this.steps[this.steps.length - 1] = { ...last, settled: [...last.settled, woken] };
  }

  /** Notes a sleep. */
  sleep(begin: StepBegin, timeMs: number, durationMs: number): void {
    this.#add(begin, timeMs, { kind: "sleep", durationMs }, SLEPT, NONE, NONE, NONE);
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

  /** Field by field, in the order in which a trace is printed: a spread would cost more than all the rest of it. */
  #add(
    { session, operation, enabled, preemption }: StepBegin,
    atMs: number,
    action: Action,
    outcome: TracedOutcome,
    settled: TraceStep["settled"],
    deadlocks: TraceStep["deadlocks"],
    commits: TraceStep["commits"],
  ): void {
    const step = this.steps.length + 1;
    const timeMs = atMs - this.#startMs;
    this.steps.push(
      operation === undefined
        ? { step, timeMs, session, action, outcome, settled, deadlocks, commits, enabled, preemption }
        : {
            step,
            timeMs,
            session,
            operation,
            action,
            outcome,
            settled,
            deadlocks,
            commits,
            enabled,
            preemption,
          },
    );
  }
}

const CONNECT = { kind: "connection", text: "connect" } as const satisfies Action;
const NONE: readonly never[] = [];
const SLEPT: TracedOutcome = { kind: "done", command: "SLEEP", rowCount: null, rows: NONE };

function traceOutcome(outcome: Outcome): TracedOutcome {
  if (outcome.kind === "waiting") return outcome;
  if (outcome.kind === "failed") {
    const { code, message, detail } = outcome.error;
    return { kind: "failed", code, message, ...(detail === undefined ? {} : { detail }) };
  }
  const { command, rowCount, rows } = outcome.result;
  return { kind: "done", command, rowCount, rows: toPlain(rows) };
}
