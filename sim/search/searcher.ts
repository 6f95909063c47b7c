/**
 * A searcher makes runs of one exploration, in any order: in this thread over an engine, or elsewhere (see cli/workers).
 */
import type { Engine } from "../engine/port.ts";
import type { Race } from "../race/race.ts";
import { runRace } from "../race/run.ts";
import { loadGrammar } from "../sql/grammar.ts";
import type { RunResult } from "../trace/trace.ts";
import { confirmReplay } from "./confirm-replay.ts";
import { drawData } from "./draw-data.ts";
import type { BrokenInvariant } from "./failures.ts";
import { summarizeRun, type RunSummary } from "./run-summary.ts";
import { seedOfRun } from "./seeded-random.ts";
import { shrinkEach, type Counterexamples } from "./shrink-each.ts";
import { ESTIMATING_RUNS, estimateFrom, type Estimate } from "./strategies/estimate.ts";
import { STRATEGIES, type StrategyName } from "./strategies/index.ts";
import { recording } from "./strategies/recording.ts";

/** One schedule in so many is run again from its token; every failing one twice. */
const SELF_CHECK_INTERVAL = 100;

/** What a searcher searches; the same for all searchers of an exploration. */
export interface SearchTask {
  readonly mutant: number | undefined;
  /** Seed of the exploration, 32 bits; a run's own seed follows from it and the run's index. */
  readonly seed: number;
  readonly strategy: StrategyName;
}

/** Makes runs and shrinks failures. */
export interface Searcher {
  /**
   * The runs with these indices, in this order. Throws SwitchyardError "nondeterministic" if a run that is made again
   * differs.
   */
  run(indices: readonly number[]): Promise<readonly RunSummary[]>;
  /** Counterexamples of `broken`. */
  shrink(broken: readonly BrokenInvariant[]): Promise<Counterexamples>;
}

interface PlannedRunResult {
  readonly index: number;
  readonly strategy: string;
  readonly choices: readonly number[];
  readonly run: RunResult;
}

/** A searcher over `race` (the reference) on `engine`. */
export function createSearcher(engine: Engine, race: Race<any, any>, task: SearchTask): Searcher {
  const strategy = STRATEGIES[task.strategy];
  const first = new Map<number, PlannedRunResult>();

  const make = async (index: number, estimate: Estimate | undefined): Promise<PlannedRunResult> => {
    const seed = seedOfRun(task.seed, index);
    const planned = strategy.plan({ index, seed, estimate });
    const schedule = recording(planned.scheduler);
    const data = drawData(race, seed);
    const run = await runRace(engine, race, { seed, data, mutant: task.mutant, schedule });
    return { index, strategy: planned.strategy, choices: schedule.choices, run };
  };
  const makeFirst = async (index: number): Promise<PlannedRunResult> => {
    const result = first.get(index) ?? (await make(index, undefined));
    first.set(index, result);
    return result;
  };
  const makeEstimate = async (): Promise<Estimate> => {
    const runs: RunResult[] = [];
    for (let index = 0; index < ESTIMATING_RUNS; index += 1) runs.push((await makeFirst(index)).run);
    return estimateFrom(runs);
  };
  let estimate: Estimate | undefined;
  const result = async (index: number): Promise<PlannedRunResult> => {
    if (index < ESTIMATING_RUNS) return await makeFirst(index);
    estimate ??= await makeEstimate();
    return await make(index, estimate);
  };

  return {
    async run(indices) {
      await loadGrammar();
      const results: PlannedRunResult[] = [];
      for (const index of indices) {
        const made = await result(index);
        const { run } = made;
        const replays = run.violations.length > 0 ? 2 : index % SELF_CHECK_INTERVAL === 0 ? 1 : 0;
        for (let count = 0; count < replays; count += 1) await confirmReplay(engine, race, run);
        results.push(made);
      }
      // All of them at once: between two runs the processor's caches are full of the database.
      return results.map(({ index, strategy, choices, run }) =>
        summarizeRun(index, strategy, choices, run, race.suite),
      );
    },
    shrink: (broken) => shrinkEach(engine, race, task, broken),
  };
}
