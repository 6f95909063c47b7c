/**
 * What a comparison of two engines came to, in words.
 */
import type { ReplayComparison } from "./compare-replay.ts";
import type { RunDifference } from "./run-difference.ts";

/** For a reader, and for a program. */
export interface ComparisonWords {
  /** Whether the run in process is the same; undefined where there could be none. */
  readonly same: boolean | undefined;
  /** One or two sentences. */
  readonly told: string;
  /** Where they differ first. */
  readonly difference?: RunDifference;
}

/** The words for a comparison of an in-process run with one on a server. */
export function comparisonWords({
  expected,
  attempts,
  difference,
  notCompared,
}: ReplayComparison): ComparisonWords {
  const left = notCompared.length === 0 ? "" : ` Not compared: values of ${notCompared.join(", ")}.`;
  if (difference !== undefined)
    return {
      same: false,
      told: differenceSentence(difference, "in process", "on the server") + left,
      difference,
    };
  const times =
    attempts === 1 ? "" : ` (run ${attempts} on the server: PostgreSQL leaves who goes on first to chance)`;
  return { same: true, told: `The same in all ${expected.steps.length} steps${times}.${left}` };
}

/** One sentence for a difference; `first` and `second` say where the runs took place, e.g. "in process". */
export function differenceSentence(difference: RunDifference, first: string, second: string): string {
  const { step, session, action, what, expected, found, isOpen } = difference;
  const where = session === undefined ? `After step ${step - 1}` : `At step ${step} (${session}: ${action})`;
  const open = isOpen ? " PostgreSQL leaves this to chance: it may do either." : "";
  return `${where} the runs differ in ${what}: ${first} ${expected || "nothing"}; ${second} ${found || "nothing"}.${open}`;
}
