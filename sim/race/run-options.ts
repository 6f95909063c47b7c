/**
 * How a race is run once.
 */
import type { OnStep } from "./held-run.ts";
import type { Scheduler } from "./scheduler.ts";
import type { RunWatch } from "./watch.ts";

/** How to run. */
export interface RunOptions {
  /** 32-bit seed of all randomness in the run. */
  readonly seed: number;
  /** What the race varies on, plain JSON data. */
  readonly data: unknown;
  /** Runs the race's mutant of this number in place of the reference. */
  readonly mutant?: number | undefined;
  readonly schedule: Scheduler;
  /**
   * "steps" (default): every step takes a millisecond. "still": only sleeps and timeouts move the clock, so that steps which have
   * nothing to do with each other give the same in either order.
   */
  readonly clock?: "steps" | "still" | undefined;
  /** Is told what each step touches, if the engine reports rows. */
  readonly watch?: RunWatch | undefined;
  /** Holds the run before its first step and after every step (see held-run.ts). */
  readonly onStep?: OnStep | undefined;
}
