/**
 * A differential search as one JSON object.
 */
import type { Divergence } from "../differ/differ.ts";
import { vacuousBecause, type DifferTally } from "../differ/differ-tally.ts";
import type { Json } from "../trace/trace.ts";

/** What is told; a replay has no seed. */
export interface DifferOutcome extends DifferTally {
  readonly seed: number | undefined;
  readonly divergences: readonly Divergence[];
  readonly elapsedMs: number;
}

/** Plain data: the counts, and for each divergence its token, the step and what each engine did there. */
export function differJson({ divergences, elapsedMs, seed, ...tally }: DifferOutcome): Json {
  const vacuous = vacuousBecause(tally);
  return {
    ...tally,
    ...(seed === undefined ? {} : { seed }),
    divergences: divergences.map(({ token, index, comparison: { run, difference } }) => ({
      token,
      step: difference?.step ?? null,
      pglite: difference?.pglite ?? null,
      postgres: difference?.postgres ?? null,
      case: index,
      steps: run.steps.slice(0, difference?.step).map(({ session, text }) => `${session}: ${text}`),
    })),
    casesPerSecond: Math.round((tally.cases / Math.max(elapsedMs, 1)) * 10_000) / 10,
    vacuous: vacuous.length > 0,
    vacuousBecause: [...vacuous],
  };
}
