/**
 * What an exploration keeps of a run: small, plain data that a thread or a file can hand on.
 */
import { hash } from "node:crypto";
import type { OperationRecord, Suite } from "../race/race.ts";
import type { RunResult } from "../trace/trace.ts";
import { lockEdges, type LockEdge } from "./lock-order.ts";
import { scheduleClass, scheduleDigest } from "./schedule-class.ts";

/** One run of an exploration. */
export interface RunSummary {
  /** The run's place in the exploration, from 0. */
  readonly index: number;
  /** The strategy that decided; of a portfolio, the member. */
  readonly strategy: string;
  readonly steps: number;
  readonly preemptions: number;
  readonly waits: number;
  readonly deadlocks: number;
  readonly labels: readonly string[];
  /** Answers that operations gave, as the race's suite names them. */
  readonly answers: readonly string[];
  /** Digests of the order of steps, and of its class (see schedule-class.ts). */
  readonly schedule: string;
  readonly scheduleClass: string;
  /** 64 bits over the index and the run's trace hash. */
  readonly hash: bigint;
  /** "Held this, asked for that", each pair once (see lock-order.ts). */
  readonly lockEdges: readonly LockEdge[];
  /** Names of the invariants that broke. */
  readonly broken: readonly string[];
  /** The schedule in the form that shrinks; empty unless something broke. */
  readonly choices: readonly number[];
}

/** The summary of `run` of a race of `suite`, made by `strategy` with `choices`. The grammar must be loaded (see `loadGrammar`). */
export function summarizeRun(
  index: number,
  strategy: string,
  choices: readonly number[],
  run: RunResult,
  suite?: Suite,
): RunSummary {
  const broken = run.violations.map(({ invariant }) => invariant);
  return {
    index,
    strategy,
    steps: run.steps.length,
    preemptions: run.preemptions,
    waits: run.waits,
    deadlocks: run.deadlocks,
    labels: run.labels,
    answers:
      suite === undefined ? [] : run.history.flatMap((call) => (hasEnded(call) ? suite.answers(call) : [])),
    schedule: scheduleDigest(run),
    scheduleClass: scheduleClass(run),
    hash: placedHash(index, run.traceHash),
    lockEdges: lockEdges(run),
    broken,
    choices: broken.length > 0 ? choices : [],
  };
}

function hasEnded({ endStep }: OperationRecord): boolean {
  return endStep !== undefined;
}

function placedHash(index: number, traceHash: string): bigint {
  return hash("sha256", `${index}:${traceHash}`, "buffer").readBigUInt64BE();
}
