/**
 * The failing runs of an exploration, counted by invariant; of each invariant the run to shrink is kept.
 */
import type { Failure } from "./shrink.ts";

/** An invariant that at least one run broke. */
export interface BrokenInvariant {
  readonly invariant: string;
  /** Runs that broke it. */
  readonly schedules: number;
  /** Of those the one with the fewest preemptions, and of these with the fewest steps. */
  readonly simplest: Failure<unknown>;
}

/** The failing runs so far. */
export interface Failures {
  add(failure: Failure<unknown>): void;
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
    add(failure) {
      count += 1;
      for (const { invariant } of failure.run.violations) {
        const { schedules, simplest } = broken.get(invariant) ?? { schedules: 0, simplest: failure };
        broken.set(invariant, {
          invariant,
          schedules: schedules + 1,
          simplest: isSimpler(failure, simplest) ? failure : simplest,
        });
      }
    },
    count: () => count,
    byInvariant: () => [...broken.values()].sort((a, b) => b.schedules - a.schedules),
  };
}

function isSimpler({ run: one }: Failure<unknown>, { run: other }: Failure<unknown>): boolean {
  return (one.preemptions - other.preemptions || one.steps.length - other.steps.length) < 0;
}
