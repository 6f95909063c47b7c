/**
 * The failing runs of an exploration, counted by invariant; of each invariant the run to shrink is kept.
 */
import type { RunSummary } from "./run-summary.ts";

/** An invariant that at least one run broke. */
export interface BrokenInvariant {
  readonly invariant: string;
  /** Runs that broke it. */
  readonly schedules: number;
  /** Of those the one with the fewest preemptions, of these with the fewest steps, and of these the first. */
  readonly simplest: RunSummary;
}

/** The failing runs so far. */
export interface Failures {
  add(run: RunSummary): void;
  /** Failing runs. */
  count(): number;
  /** The invariants that were broken, those broken most often first. */
  byInvariant(): readonly BrokenInvariant[];
}

/** No failing run yet. */
export function createFailures(): Failures {
  const broken = new Map<string, BrokenInvariant>();
  let count = 0;
  return {
    add(run) {
      if (run.broken.length === 0) return;
      count += 1;
      for (const invariant of run.broken) {
        const { schedules, simplest } = broken.get(invariant) ?? { schedules: 0, simplest: run };
        broken.set(invariant, {
          invariant,
          schedules: schedules + 1,
          simplest: isSimpler(run, simplest) ? run : simplest,
        });
      }
    },
    count: () => count,
    byInvariant: () => [...broken.values()].sort((a, b) => b.schedules - a.schedules),
  };
}

function isSimpler(one: RunSummary, other: RunSummary): boolean {
  return (one.preemptions - other.preemptions || one.steps - other.steps || one.index - other.index) < 0;
}
