/**
 * Which schedules and classes of schedules an exploration has seen, in a form that adds up exactly over its parts.
 */

/** How much was seen. */
export interface CoverageCounts {
  /** Different orders of steps (and victims), whatever the data. */
  readonly distinctSchedules: number;
  /** Different classes of schedules: orders that differ in the order of dependent steps (see schedule-class.ts). */
  readonly scheduleClasses: number;
  /** Classes that one run only was of. */
  readonly classesSeenOnce: number;
  /**
   * Good-Turing estimate of the probability that one more schedule is of a class not seen so far: classes seen once per run (Good,
   * "The population frequencies of species and the estimation of population parameters", 1953). It speaks for sampling as
   * it was done, not for all schedules that there are. 1 without runs.
   */
  readonly unseenEstimate: number;
}

/** Digests of 8 bytes each, in order, one after the other in base64: 11 characters a schedule. */
export interface CoverageSets {
  readonly schedules: string;
  readonly classesSeenOnce: string;
  readonly classesSeenMore: string;
}

/** A growing coverage. */
export interface Coverage {
  /** Digests of one run's schedule and class, 8 bytes in base64 each. */
  add(schedule: string, scheduleClass: string): void;
  /** Adds all of another exploration, made of other runs. */
  addSets(sets: CoverageSets): void;
  counts(runs: number): CoverageCounts;
  sets(): CoverageSets;
}

const DIGEST_BYTES = 8;

/** Nothing seen yet. */
export function createCoverage(): Coverage {
  const schedules = new Set<string>();
  const once = new Set<string>();
  const more = new Set<string>();
  const addClass = (name: string): void => {
    if (more.has(name)) return;
    if (once.delete(name)) more.add(name);
    else once.add(name);
  };
  return {
    add(schedule, scheduleClass) {
      schedules.add(schedule);
      addClass(scheduleClass);
    },
    addSets(sets) {
      for (const digest of unpack(sets.schedules)) schedules.add(digest);
      for (const name of unpack(sets.classesSeenOnce)) addClass(name);
      for (const name of unpack(sets.classesSeenMore)) {
        once.delete(name);
        more.add(name);
      }
    },
    counts: (runs) => ({
      distinctSchedules: schedules.size,
      scheduleClasses: once.size + more.size,
      classesSeenOnce: once.size,
      unseenEstimate: runs === 0 ? 1 : once.size / runs,
    }),
    sets: () => ({ schedules: pack(schedules), classesSeenOnce: pack(once), classesSeenMore: pack(more) }),
  };
}

function pack(digests: ReadonlySet<string>): string {
  return Buffer.concat([...digests].sort().map((digest) => Buffer.from(digest, "base64"))).toString("base64");
}

function unpack(text: string): readonly string[] {
  const bytes = Buffer.from(text, "base64");
  return Array.from({ length: Math.floor(bytes.length / DIGEST_BYTES) }, (_, index) =>
    bytes.subarray(index * DIGEST_BYTES, (index + 1) * DIGEST_BYTES).toString("base64"),
  );
}
