/**
 * How long runs are, estimated from the first runs of an exploration: what strategies weigh or place their switches with.
 */
import type { RunResult } from "../../trace/trace.ts";

/** Runs from which the estimate is made: the exploration's first ones, whoever counts them. */
export const ESTIMATING_RUNS = 16;

/** Mean numbers of steps. */
export interface Estimate {
  /** Of a whole run. */
  readonly steps: number;
  /** Of each session, over the runs in which it took one. */
  readonly stepsOf: Readonly<Record<string, number>>;
}

/** The estimate from `runs`. */
export function estimateFrom(runs: readonly Pick<RunResult, "steps">[]): Estimate {
  const made = new Map<string, { steps: number; runs: number }>();
  let steps = 0;
  for (const run of runs) {
    steps += run.steps.length;
    for (const name of new Set(run.steps.map(({ session }) => session))) {
      const sum = made.get(name) ?? { steps: 0, runs: 0 };
      sum.runs += 1;
      sum.steps += run.steps.filter(({ session }) => session === name).length;
      made.set(name, sum);
    }
  }
  const means = [...made].map(([name, sum]) => [name, sum.steps / sum.runs] as const);
  return { steps: steps / Math.max(runs.length, 1), stepsOf: Object.fromEntries(means) };
}
