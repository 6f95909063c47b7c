/**
 * The record of one run: plain data, what was chosen and what was enabled.
 */
import type { DeadlockEdge, Wait } from "../engine/port.ts";
import type { OperationRecord } from "../race/race.ts";

/** Anything that survives JSON. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** What became of a statement, as plain data. */
export type TracedOutcome =
  | { readonly kind: "done"; readonly command: string; readonly rowCount: number | null; readonly rows: Json }
  | { readonly kind: "failed"; readonly code: string; readonly message: string; readonly detail?: string }
  | { readonly kind: "waiting"; readonly wait: Wait };

/** What a step did. */
export type Action =
  | { readonly kind: "statement"; readonly text: string; readonly values: Json }
  | { readonly kind: "sleep"; readonly durationMs: number }
  | { readonly kind: "timeout"; readonly text: string }
  /** A connection of a pool is asked for ("connect"), or closed in the middle of a transaction ("disconnect"). */
  | { readonly kind: "connection"; readonly text: string };

/** A waiting statement that this step let go on. */
export interface TracedSettled {
  readonly session: string;
  readonly wokenBy: string;
  readonly text: string;
  readonly outcome: TracedOutcome;
}

/** One step of the schedule. */
export interface TraceStep {
  /** Counts from 1. */
  readonly step: number;
  /** Virtual milliseconds since the run's start. */
  readonly timeMs: number;
  readonly session: string;
  /** Name of the operation that the session was in, e.g. "respond". */
  readonly operation?: string;
  readonly action: Action;
  readonly outcome: TracedOutcome;
  readonly settled: readonly TracedSettled[];
  readonly deadlocks: readonly { readonly victim: string; readonly edges: readonly DeadlockEdge[] }[];
  /** Sessions that committed in this step. */
  readonly commits: readonly string[];
  /** Sessions that could have been chosen, in the schedule's counting order (0 is the first). */
  readonly enabled: readonly string[];
  /** True where a session that could have gone on was left for another. */
  readonly preemption: boolean;
}

/** A broken promise. */
export interface Violation {
  /** Name of the invariant, e.g. "I2"; "liveness", "actor" (an error escaped), "stuck" (nobody could go on), "step-bound". */
  readonly invariant: string;
  readonly promise: string;
  /** One sentence with the offending rows. */
  readonly message: string;
  readonly step: number;
}

/** Everything that one run tells. */
export interface RunResult {
  readonly race: string;
  readonly mutant: number | undefined;
  readonly seed: number;
  /** "still" where steps took no time (see RunOptions); else absent. */
  readonly clock?: "still";
  readonly data: Json;
  readonly steps: readonly TraceStep[];
  readonly history: readonly OperationRecord[];
  readonly violations: readonly Violation[];
  /** The schedule as it was taken: session names, one a step (and "!name" after a step for a deadlock's chosen victim). */
  readonly taken: readonly string[];
  readonly preemptions: number;
  readonly waits: number;
  readonly deadlocks: number;
  readonly labels: readonly string[];
  /** Hex hash over the canonical JSON of everything above. */
  readonly traceHash: string;
}
