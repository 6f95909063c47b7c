/**
 * The interface of a strategy: for each run of an exploration it gives the scheduler that decides who goes next.
 *
 * A strategy keeps nothing from run to run. What a run does depends on its plan only, so that runs can be made in any
 * order, by any thread or machine, and made again one by one.
 */
import type { Scheduler } from "../../race/scheduler.ts";
import type { Estimate } from "./estimate.ts";

/** What a strategy may know of a run before it begins. */
export interface RunPlan {
  /** The run's place in its exploration, from 0. */
  readonly index: number;
  /** 32-bit seed of the run. */
  readonly seed: number;
  /** What the exploration's first runs told; undefined in those. */
  readonly estimate: Estimate | undefined;
}

/** The scheduler of one run. */
export interface PlannedRun {
  /** The strategy that decides in this run; of a portfolio, the member. */
  readonly strategy: string;
  readonly scheduler: Scheduler;
}

/** A way of choosing schedules. */
export interface Strategy {
  /** As `--strategy` takes it and reports print it. */
  readonly name: string;
  plan(run: RunPlan): PlannedRun;
}
