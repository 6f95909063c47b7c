/**
 * Explores every schedule of a race's small data: reduced where there is no budget, within a budget of preemptions or delays
 * otherwise.
 */
import { readCatalog } from "../../dependence/catalog.ts";
import type { Engine } from "../../engine/port.ts";
import type { Race } from "../../race/race.ts";
import { startStopwatch } from "../../real-time.ts";
import { loadGrammar } from "../../sql/grammar.ts";
import { SwitchyardError } from "../../switchyard-error.ts";
import type { Json, RunResult } from "../../trace/trace.ts";
import { confirmReplay } from "../confirm-replay.ts";
import { drawData, plainData } from "../draw-data.ts";
import { boundedSearch, delayCost, preemptionCost, type Budget, type OnRun } from "./bounded-search.ts";
import { createExhaustiveTally, type ExhaustiveCounts, type FoundExhaustively } from "./exhaustive-tally.ts";
import type { SearchTarget } from "./guided-run.ts";
import { reducedSearch } from "./reduced-search.ts";

/** What to explore, and how far. */
export interface ExhaustiveOptions {
  /** Of everything random in the runs; and of the data, for a race that names none for exhaustive search. */
  readonly seed: number;
  readonly mutant?: number | undefined;
  /** Explore the data of this name only. */
  readonly configuration?: string | undefined;
  /** Explore the runs with at most so many preemptions. */
  readonly preemptions?: number | undefined;
  /** Explore the runs with at most so many delays (sessions passed over). */
  readonly delays?: number | undefined;
  /** Schedules at most, for each configuration; unlimited by default. */
  readonly schedules?: number | undefined;
  /** Begins no further schedule after so many seconds of real time; unlimited by default. */
  readonly seconds?: number | undefined;
  /** Ends a configuration after so many failing schedules. */
  readonly maxFailing: number;
  readonly onProgress?: ((progress: ExhaustiveProgress) => void) | undefined;
  /** Shown every run that was not given up. */
  readonly onRun?: ((run: RunResult) => void) | undefined;
}

/** How far a search is. */
export interface ExhaustiveProgress {
  readonly configuration: string;
  readonly schedules: number;
  readonly failing: number;
  readonly elapsedMs: number;
}

/** What came of one configuration. */
export interface ConfigurationReport extends ExhaustiveCounts {
  readonly configuration: string;
  readonly data: Json;
  /** Nothing is left to explore (within the budget, if there is one). */
  readonly exhausted: boolean;
}

/** What came of all. */
export interface ExhaustiveReport extends ExhaustiveCounts {
  readonly race: string;
  readonly mutant: number | undefined;
  readonly seed: number;
  readonly strategy: "exhaustive";
  readonly preemptionBound: number | undefined;
  readonly delayBound: number | undefined;
  readonly exhausted: boolean;
  readonly configurations: readonly ConfigurationReport[];
  readonly violations: readonly FoundExhaustively[];
  readonly schedulesPerSecond: number;
}

/**
 * Explores `race` on `engine`, which must report rows. Throws SwitchyardError "usage" for a configuration that the
 * race does not have, and "nondeterministic" if a counterexample does not replay.
 */
export async function exploreExhaustively(
  engine: Engine,
  race: Race<any, any>,
  options: ExhaustiveOptions,
): Promise<ExhaustiveReport> {
  const elapsedMs = startStopwatch();
  const all = createExhaustiveTally(race);
  const configurations: ConfigurationReport[] = [];
  for (const [configuration, data] of Object.entries(configurationsOf(race, options))) {
    const target = await searchTarget(engine, race, data, options);
    const tally = createExhaustiveTally(race);
    const onRun: OnRun = (run) => {
      tally.add(run);
      all.add(run);
      if (run.run !== undefined) options.onRun?.(run.run);
      const { schedules, failingSchedules } = tally.counts();
      options.onProgress?.({ configuration, schedules, failing: failingSchedules, elapsedMs: elapsedMs() });
      if (failingSchedules >= options.maxFailing || schedules >= (options.schedules ?? Infinity))
        return false;
      return elapsedMs() < (options.seconds ?? Infinity) * 1000;
    };
    const budget = budgetOf(options);
    const exhausted =
      budget === undefined
        ? await reducedSearch(target, onRun)
        : await boundedSearch(target, budget, true, onRun);
    configurations.push({ configuration, data: data as Json, ...tally.counts(), exhausted });
  }
  const violations = all.found();
  for (const { run } of violations) await confirmReplay(engine, race, run);
  const counts = all.counts();
  return {
    race: race.name,
    mutant: options.mutant,
    seed: options.seed,
    strategy: "exhaustive",
    preemptionBound: options.preemptions,
    delayBound: options.delays,
    ...counts,
    exhausted: configurations.every(({ exhausted }) => exhausted),
    configurations,
    violations,
    schedulesPerSecond: counts.schedules / Math.max(elapsedMs() / 1000, Number.EPSILON),
  };
}

/** A race with fixed data, ready to be searched. */
export async function searchTarget(
  engine: Engine,
  race: Race<any, any>,
  data: unknown,
  { seed, mutant }: { readonly seed: number; readonly mutant?: number | undefined },
): Promise<SearchTarget> {
  if (!engine.reportsRows) {
    throw new SwitchyardError(
      "usage",
      "Only the in-process engine tells which rows a statement touches, on which exhaustive search rests.",
      "Leave --engine out.",
    );
  }
  await loadGrammar();
  await engine.install(race.schema);
  return { engine, race, catalog: await readCatalog(engine), seed, data: plainData(data), mutant };
}

function configurationsOf(
  race: Race<any, any>,
  { configuration, seed }: ExhaustiveOptions,
): Readonly<Record<string, unknown>> {
  const all = race.exhaustive ?? { "drawn from the seed": drawData(race, seed) };
  if (configuration === undefined) return all;
  if (Object.hasOwn(all, configuration)) return { [configuration]: all[configuration] };
  throw new SwitchyardError(
    "usage",
    `The race ${race.name} has no configuration "${configuration}".`,
    `It has ${Object.keys(all)
      .map((name) => `"${name}"`)
      .join(", ")}.`,
  );
}

function budgetOf({ preemptions, delays }: ExhaustiveOptions): Budget | undefined {
  if (preemptions !== undefined) return { cost: preemptionCost, limit: preemptions };
  return delays === undefined ? undefined : { cost: delayCost, limit: delays };
}
