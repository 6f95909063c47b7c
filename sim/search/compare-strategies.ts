/**
 * How fast each strategy finds each mutant: the number that tells strategies apart.
 */
import type { Engine } from "../engine/port.ts";
import type { Mutant, Race } from "../race/race.ts";
import { createSearcher } from "./searcher.ts";
import { STRATEGIES, type StrategyName } from "./strategies/index.ts";

/** What to compare. */
export interface CompareOptions {
  /** Explorations of each strategy and mutant; their seeds are 1, 2, 3, ... */
  readonly seeds: number;
  /** Schedules after which an exploration counts as one that found nothing. */
  readonly maxSchedules: number;
  readonly mutants: readonly Mutant[];
  readonly strategies: readonly StrategyName[];
  /** Is shown every finished exploration. */
  readonly onExploration?: ((done: number, of: number) => void) | undefined;
}

/** One strategy on one mutant. */
export interface StrategyScore {
  readonly mutant: number;
  readonly strategy: StrategyName;
  /** Schedules up to and with the first that broke an invariant that the mutant is known to violate, sorted; null: none did. */
  readonly schedulesToFirst: readonly (number | null)[];
  /** The median of them; null if half of the explorations found nothing. */
  readonly median: number | null;
}

/** The names of all strategies that can be compared. */
export const COMPARED_STRATEGIES: readonly StrategyName[] = Object.keys(STRATEGIES) as StrategyName[];

/** The scores, by mutant and then by strategy. */
export async function compareStrategies(
  engine: Engine,
  race: Race<any, any>,
  options: CompareOptions,
): Promise<readonly StrategyScore[]> {
  const scores: StrategyScore[] = [];
  const of = options.mutants.length * options.strategies.length * options.seeds;
  let done = 0;
  for (const mutant of options.mutants) {
    for (const strategy of options.strategies) {
      const found: number[] = [];
      for (let seed = 1; seed <= options.seeds; seed += 1) {
        found.push(await schedulesToFirst(engine, race, mutant, strategy, seed, options.maxSchedules));
        done += 1;
        options.onExploration?.(done, of);
      }
      const sorted = found.toSorted((a, b) => a - b).map((count) => (count === Infinity ? null : count));
      scores.push({ mutant: mutant.id, strategy, schedulesToFirst: sorted, median: median(sorted) });
    }
  }
  return scores;
}

async function schedulesToFirst(
  engine: Engine,
  race: Race<any, any>,
  mutant: Mutant,
  strategy: StrategyName,
  seed: number,
  maxSchedules: number,
): Promise<number> {
  const searcher = createSearcher(engine, race, { mutant: mutant.id, seed, strategy });
  for (let index = 0; index < maxSchedules; index += 1) {
    const [run] = await searcher.run([index]);
    if (run?.broken.some((invariant) => mutant.violates.includes(invariant)) === true) return index + 1;
  }
  return Infinity;
}

/** The upper of the two middle ones where their number is even. */
function median(sorted: readonly (number | null)[]): number | null {
  return sorted[Math.floor(sorted.length / 2)] ?? null;
}
