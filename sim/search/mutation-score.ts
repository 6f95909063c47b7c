/**
 * The mutation score of a race: does the harness find every wrong variant, how soon, and how small is what it shows?
 *
 * A mutant is found where a run breaks one of the invariants that it names. It is searched under several seeds, because the
 * number of schedules until then is luck; the median is told. Of the first seed's failing run a counterexample is shrunk.
 */
import type { Engine } from "../engine/port.ts";
import type { Mutant, Race } from "../race/race.ts";
import { exploreEquivalent, type ExploredEquivalent } from "./explore-equivalent.ts";
import { createSearcher } from "./searcher.ts";
import type { RunSummary } from "./run-summary.ts";
import { DEFAULT_STRATEGY, type StrategyName } from "./strategies/index.ts";
import type { FoundViolation } from "./shrink-each.ts";

/** Seeds under which each mutant is searched. */
const SCORE_SEEDS = 3;

/** Schedules of one seed after which a mutant counts as survived. */
export const MAX_SCORE_SCHEDULES = 2_000;

/** Schedules in which a mutant that is called equivalent must not be told from the race. */
const EQUIVALENT_SCHEDULES = 100;

/** What is known of a mutant that was searched. */
export type MutantScore = {
  readonly race: string;
  readonly mutant: number;
  readonly title: string;
  /** Invariants that the mutant is to break. */
  readonly violates: readonly string[];
} & (
  | {
      readonly state: "found";
      /** The named invariant that the counterexample breaks. */
      readonly invariant: string;
      /** The strategy whose schedule found it. */
      readonly foundBy: string;
      /** Schedules until it was found: the median over SCORE_SEEDS seeds. */
      readonly schedules: number;
      /** Of the shrunk counterexample. */
      readonly preemptions: number;
      readonly steps: number;
      readonly token: string;
    }
  | {
      /** Not found under at least one of the seeds, in so many schedules. */
      readonly state: "survived";
      readonly schedules: number;
      /** Invariants that it does not name, but broke. */
      readonly alsoBroken: readonly string[];
    }
  | {
      /** Called equivalent, and not told from the race in so many schedules. */
      readonly state: "equivalent";
      readonly reason: string;
      readonly schedules: number;
      /** What the exhaustive search of small data says to it; undefined on a server. */
      readonly explored: ExploredEquivalent | undefined;
    }
  | {
      /** Called equivalent, but found. */
      readonly state: "refuted";
      readonly reason: string;
      readonly token: string;
    }
);

/** How to search. */
export interface ScoreOptions {
  readonly seed: number;
  readonly strategy?: StrategyName | undefined;
  readonly maxSchedules?: number | undefined;
}

/** Searches one mutant of `race`. Throws SwitchyardError "nondeterministic" like an exploration. */
export async function scoreMutant(
  engine: Engine,
  race: Race<any, any>,
  mutant: Mutant,
  options: ScoreOptions,
): Promise<MutantScore> {
  const { id, title, violates, equivalent: reason } = mutant;
  const told = { race: race.name, mutant: id, title, violates };
  if (reason !== undefined) {
    const search = await searchOnce(engine, race, mutant, { ...options, maxSchedules: EQUIVALENT_SCHEDULES });
    if (search.found !== undefined) {
      const { token } = await search.shrink(search.found);
      return { ...told, state: "refuted", reason, token };
    }
    const proof = engine.reportsRows
      ? await exploreEquivalent(engine, race, mutant, options.seed)
      : undefined;
    if (proof?.state === "refuted") return { ...told, state: "refuted", reason, token: proof.token };
    const { schedules } = search;
    return { ...told, state: "equivalent", reason, schedules, explored: proof?.explored };
  }
  const searches: Search[] = [];
  for (let offset = 0; offset < SCORE_SEEDS; offset += 1) {
    const search = await searchOnce(engine, race, mutant, { ...options, seed: options.seed + offset });
    if (search.found === undefined) {
      return { ...told, state: "survived", schedules: search.schedules, alsoBroken: search.alsoBroken };
    }
    searches.push(search);
  }
  const [first] = searches as [Search & { readonly found: Found }];
  const counterexample = await first.shrink(first.found);
  return {
    ...told,
    state: "found",
    invariant: counterexample.invariant,
    foundBy: first.found.run.strategy,
    schedules: median(searches.map(({ schedules }) => schedules)),
    preemptions: counterexample.preemptions,
    steps: counterexample.steps,
    token: counterexample.token,
  };
}

interface Found {
  readonly run: RunSummary;
  readonly invariant: string;
}

interface Search {
  /** Schedules that were run, the failing one included. */
  readonly schedules: number;
  readonly found: Found | undefined;
  readonly alsoBroken: readonly string[];
  readonly shrink: (found: Found) => Promise<FoundViolation>;
}

async function searchOnce(
  engine: Engine,
  race: Race<any, any>,
  { id, violates, equivalent }: Mutant,
  { seed, strategy = DEFAULT_STRATEGY, maxSchedules = MAX_SCORE_SCHEDULES }: ScoreOptions,
): Promise<Search> {
  const searcher = createSearcher(engine, race, { mutant: id, seed, strategy });
  const alsoBroken = new Set<string>();
  const shrink = async ({ run, invariant }: Found): Promise<FoundViolation> => {
    const { violations } = await searcher.shrink([{ invariant, schedules: 1, simplest: run }]);
    return violations.find((violation) => violation.invariant === invariant) as FoundViolation;
  };
  for (let index = 0; index < maxSchedules; index += 1) {
    const [run] = (await searcher.run([index])) as [RunSummary];
    const named = equivalent === undefined ? violates : run.broken;
    const invariant = named.find((name) => run.broken.includes(name));
    const found = invariant === undefined ? undefined : { run, invariant };
    if (found !== undefined) return { schedules: index + 1, found, alsoBroken: [...alsoBroken], shrink };
    for (const name of run.broken) alsoBroken.add(name);
  }
  return { schedules: maxSchedules, found: undefined, alsoBroken: [...alsoBroken], shrink };
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
