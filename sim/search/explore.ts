/**
 * Explores a race: many runs under the schedules of a strategy and drawn data, and shrunk counterexamples of what they
 * broke.
 *
 * A run depends on its index and the exploration's seed only. So any number of searchers can share the indices, and any
 * number of machines can take every n-th one: what is reported is the same as if one had made them all.
 */
import type { Engine } from "../engine/port.ts";
import type { Race } from "../race/race.ts";
import { startStopwatch } from "../real-time.ts";
import { createFailures } from "./failures.ts";
import { lockCycles, type LockCycle } from "./lock-cycles.ts";
import { runInOrder } from "./run-in-order.ts";
import { createSearcher, type Searcher } from "./searcher.ts";
import { isWhole, shardIndices, WHOLE, type Shard } from "./shard.ts";
import type { Counterexamples } from "./shrink-each.ts";
import { DEFAULT_STRATEGY, type StrategyName } from "./strategies/index.ts";
import { createTally, type Totals } from "./tally.ts";
import type { CoverageSets } from "./coverage.ts";
import { vacuityReasons } from "./vacuity.ts";

/** Failing schedules after which an exploration ends if nothing else is asked for: enough to meet most of what a wrong protocol breaks. */
export const MAX_FAILING_SCHEDULES = 20;

/** What to explore, and for how long. */
export interface ExploreOptions {
  /** Runs at most; of all shards together. */
  readonly schedules: number;
  /** Begins no further batch of runs after so many seconds of real time; unlimited by default. */
  readonly seconds?: number | undefined;
  /** An integer from 0 to 4294967295; the same seed gives the same runs. */
  readonly seed: number;
  readonly mutant?: number | undefined;
  /** "mixed" by default. */
  readonly strategy?: StrategyName | undefined;
  /** The part of the exploration that is made here; all of it by default. */
  readonly shard?: Shard | undefined;
  /** Ends after so many failing schedules; MAX_FAILING_SCHEDULES by default. */
  readonly maxFailing?: number | undefined;
  /** Called after every few runs, and for every shrinking. */
  readonly onProgress?: ((progress: ExploreProgress) => void) | undefined;
}

/** How far an exploration is. */
export interface ExploreProgress {
  readonly state: "exploring" | "shrinking";
  readonly schedules: number;
  readonly of: number;
  /** Failing schedules so far. */
  readonly failing: number;
  readonly elapsedMs: number;
}

/** What an exploration found; `violations` has one entry for each broken invariant. */
export interface ExploreReport extends Totals, Counterexamples {
  readonly race: string;
  readonly mutant: number | undefined;
  readonly seed: number;
  readonly strategy: StrategyName;
  /** The part that this report is about. */
  readonly shard: Shard;
  /** Schedules that broke an invariant. */
  readonly failingSchedules: number;
  /** True if it ended at `maxFailing`, before all schedules were run. */
  readonly endedEarly: boolean;
  /** Possible deadlocks: orders of locks that can close a circle, whether or not a run met it. */
  readonly lockCycles: readonly LockCycle[];
  /** Runs per second of real time, start-up and shrinking left out. */
  readonly schedulesPerSecond: number;
  /** Why "nothing violated" says little; empty if it says what it should, if something was violated, and for a shard. */
  readonly vacuous: readonly string[];
  /** What makes distinct schedules and classes of several shards countable together. */
  readonly coverage: CoverageSets;
}

/**
 * Runs up to `options.schedules` schedules of `race` (the reference; `options.mutant` selects its mutant) on `engine`, ends early
 * after `maxFailing` that break an invariant, and shrinks for each invariant the one with the fewest preemptions. One run in a
 * hundred, every failing run and every counterexample is made again; throws SwitchyardError "nondeterministic" if it differs.
 */
export async function explore(
  engine: Engine,
  race: Race<any, any>,
  options: ExploreOptions,
): Promise<ExploreReport> {
  const { mutant, seed, strategy = DEFAULT_STRATEGY } = options;
  return await exploreWith([createSearcher(engine, race, { mutant, seed, strategy })], race, options);
}

/** The same, shared by `searchers` of the same race, mutant, seed and strategy; at least one. */
export async function exploreWith(
  searchers: readonly [Searcher, ...Searcher[]],
  race: Race<any, any>,
  options: ExploreOptions,
): Promise<ExploreReport> {
  const { mutant, seed, strategy = DEFAULT_STRATEGY, shard = WHOLE, seconds = Infinity } = options;
  const { maxFailing = MAX_FAILING_SCHEDULES, onProgress } = options;
  const elapsedMs = startStopwatch();
  const tally = createTally();
  const failures = createFailures();
  let schedules = 0;
  const report = (state: ExploreProgress["state"]): void =>
    onProgress?.({
      state,
      schedules,
      of: options.schedules,
      failing: failures.count(),
      elapsedMs: elapsedMs(),
    });

  await runInOrder(searchers, shardIndices(shard, options.schedules), {
    mayBegin: () => elapsedMs() < seconds * 1000,
    take(run) {
      tally.add(run);
      failures.add(run);
      schedules += 1;
      report("exploring");
      return failures.count() < maxFailing;
    },
  });
  const totals = tally.totals();
  const schedulesPerSecond = totals.schedules / Math.max(elapsedMs() / 1000, Number.EPSILON);

  if (failures.count() > 0) report("shrinking");
  const broken = failures.byInvariant();
  const counterexamples =
    broken.length > 0 ? await searchers[0].shrink(broken) : { violations: [], shrinkBoundReached: false };
  return {
    race: race.name,
    mutant,
    seed,
    strategy,
    shard,
    ...totals,
    failingSchedules: failures.count(),
    endedEarly: failures.count() >= maxFailing,
    lockCycles: lockCycles(totals.lockOrder),
    ...counterexamples,
    schedulesPerSecond,
    vacuous: failures.count() > 0 || !isWhole(shard) ? [] : vacuityReasons(race, totals),
    coverage: tally.coverage(),
  };
}
