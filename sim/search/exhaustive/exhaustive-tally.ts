/**
 * Adds up the runs of an exhaustive search.
 */
import type { Race } from "../../race/race.ts";
import type { RunResult } from "../../trace/trace.ts";
import { tokenOf } from "../replay.ts";
import type { GuidedRun } from "./guided-run.ts";
import { classKey, countLinearizations } from "./happens-before.ts";

/** Numbers of a search. */
export interface ExhaustiveCounts {
  /** Runs, those that were given up included. */
  readonly schedules: number;
  /** Runs that were given up because all that was left to them had been explored. */
  readonly cutShort: number;
  /** Classes of runs that differ only in the order of independent steps. */
  readonly classes: number;
  /**
   * Interleavings that these classes have together: exact, in decimal digits. When a search without a budget is exhausted these are
   * all that there are.
   */
  readonly interleavings: string;
  readonly steps: number;
  readonly preemptions: number;
  readonly waits: number;
  readonly deadlocks: number;
  readonly failingSchedules: number;
}

/** A broken invariant with the failing run that has the fewest preemptions, and of those the fewest steps. */
export interface FoundExhaustively {
  readonly invariant: string;
  readonly promise: string;
  readonly message: string;
  /** Schedules that broke it. */
  readonly schedules: number;
  readonly token: string;
  readonly steps: number;
  readonly preemptions: number;
  readonly traceHash: string;
  readonly run: RunResult;
}

/** A growing sum. */
export interface ExhaustiveTally {
  add(run: GuidedRun): void;
  counts(): ExhaustiveCounts;
  found(): readonly FoundExhaustively[];
}

/** A sum of nothing. */
export function createExhaustiveTally(race: Race<any, any>): ExhaustiveTally {
  const sums = {
    schedules: 0,
    cutShort: 0,
    steps: 0,
    preemptions: 0,
    waits: 0,
    deadlocks: 0,
    failingSchedules: 0,
  };
  const classes = new Set<string>();
  let interleavings = 0n;
  const broken = new Map<string, { readonly schedules: number; readonly run: RunResult }>();
  return {
    add({ run, order }) {
      sums.schedules += 1;
      sums.steps += order.events.length;
      if (run === undefined) {
        sums.cutShort += 1;
        return;
      }
      const key = `${JSON.stringify(run.data)} ${classKey(order)}`;
      if (!classes.has(key)) interleavings += countLinearizations(order);
      classes.add(key);
      sums.preemptions += run.preemptions;
      sums.waits += run.waits;
      sums.deadlocks += run.deadlocks;
      if (run.violations.length > 0) sums.failingSchedules += 1;
      for (const { invariant } of run.violations) {
        const known = broken.get(invariant);
        const isBetter = known === undefined || size(run) < size(known.run);
        broken.set(invariant, { schedules: (known?.schedules ?? 0) + 1, run: isBetter ? run : known.run });
      }
    },
    counts: () => ({ ...sums, classes: classes.size, interleavings: String(interleavings) }),
    found: () =>
      [...broken].map(([invariant, { schedules, run }]) => {
        const { promise = "", message = "" } =
          run.violations.find((one) => one.invariant === invariant) ?? {};
        return {
          invariant,
          promise,
          message,
          schedules,
          token: tokenOf(race, run),
          steps: run.steps.length,
          preemptions: run.preemptions,
          traceHash: run.traceHash,
          run,
        };
      }),
  };
}

/** More preemptions weigh more than any number of steps. */
function size({ preemptions, steps }: RunResult): number {
  return preemptions * 1_000_000 + steps.length;
}
