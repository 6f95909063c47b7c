/**
 * What stands behind the claim that a mutant is equivalent: every schedule of small data in which the changed statement is
 * reached, with nothing broken in any of them.
 *
 * A search that never comes to what the mutant changes says nothing about it. So a case (data, and a seed) counts only if the
 * statement was sent in it while somebody else was in the middle of a transaction.
 */
import type { Engine } from "../engine/port.ts";
import type { Mutant, Race } from "../race/race.ts";
import { exploreExhaustively, type ConfigurationReport } from "./exhaustive/explore-exhaustively.ts";
import { reachOf } from "./reach.ts";

/** Schedules after which the search of one case is given up. */
const MAX_EXPLORED = 600;

/** Schedules of each seed, where a race names no data and all seeds draw theirs. */
const MAX_DRAWN = 90;

/** Seeds whose data are explored where the race names none. */
const DRAWN_SEEDS = 5;

/** Seeds for a statement that draws random numbers itself: a search covers every schedule, but one draw. */
const RANDOM_SEEDS = 3;

const DRAWS = /\brandom\(\)/;

/** Searches in which nothing broke; all but `unreached` speak of the cases that count. */
export interface ExploredEquivalent {
  /** Cases in which the changed statement was reached; all cases where the mutant does not name it. */
  readonly cases: number;
  readonly schedules: number;
  readonly classes: number;
  /** Cases of which nothing was left to explore. */
  readonly exhausted: number;
  /** Schedules that reached the changed statement; undefined where the mutant does not name it. */
  readonly reached: number | undefined;
  /** Most rows that it found. */
  readonly rows: number | undefined;
  /** Cases in which it was never reached. */
  readonly unreached: number;
  /** Whether the statement was reached, and all cases in which it was were explored to their ends. */
  readonly backed: boolean;
}

/** What came of the search: the mutant is told from the race by the run of `token`, or not at all. */
export type EquivalentSearch =
  | { readonly state: "refuted"; readonly token: string }
  | { readonly state: "explored"; readonly explored: ExploredEquivalent };

/** One search of data under a seed. */
interface Case {
  readonly configuration: string;
  readonly report: ConfigurationReport;
  readonly reached: number;
  readonly rows: number;
}

/**
 * Explores `mutant` over the data that `race` names for exhaustive search, or else over what a few seeds draw. `engine` must report
 * rows. Throws what an exhaustive search throws.
 */
export async function exploreEquivalent(
  engine: Engine,
  race: Race<any, any>,
  mutant: Mutant,
  firstSeed: number,
): Promise<EquivalentSearch> {
  const { sends } = mutant;
  const cases: Case[] = [];
  const seeds = race.exhaustive === undefined ? DRAWN_SEEDS : RANDOM_SEEDS;
  for (let seed = firstSeed; seed < firstSeed + seeds; seed += 1) {
    const again = race.exhaustive !== undefined && seed > firstSeed;
    if (again && (sends === undefined || !DRAWS.test(sends))) break;
    for (const configuration of configurationsOf(race)) {
      const isIdle = cases.some((known) => known.configuration === configuration && known.reached === 0);
      if (again && isIdle) continue;
      const search = await exploreCase(engine, race, mutant, seed, configuration);
      if (search.token !== undefined) return { state: "refuted", token: search.token };
      cases.push(search.explored);
    }
  }
  return { state: "explored", explored: summed(cases, sends !== undefined) };
}

/** Names of data; undefined: what the seed draws. */
function configurationsOf({ exhaustive }: Race<any, any>): readonly (string | undefined)[] {
  return exhaustive === undefined ? [undefined] : Object.keys(exhaustive);
}

async function exploreCase(
  engine: Engine,
  race: Race<any, any>,
  { id, sends }: Mutant,
  seed: number,
  configuration: string | undefined,
): Promise<{ readonly explored: Case; readonly token: string | undefined }> {
  let reached = 0;
  let rows = 0;
  const { configurations, violations } = await exploreExhaustively(engine, race, {
    seed,
    mutant: id,
    configuration,
    maxFailing: 1,
    schedules: configuration === undefined ? MAX_DRAWN : MAX_EXPLORED,
    onRun(run) {
      const reach = sends === undefined ? undefined : reachOf(run, sends);
      if (reach === undefined) return;
      if (reach.beside) reached += 1;
      rows = Math.max(rows, reach.rows);
    },
  });
  const [report] = configurations as [ConfigurationReport];
  const explored = { configuration: report.configuration, report, reached, rows };
  return { explored, token: violations[0]?.token };
}

function summed(cases: readonly Case[], isNamed: boolean): ExploredEquivalent {
  const counting = isNamed ? cases.filter(({ reached }) => reached > 0) : cases;
  const sum = (of: (one: Case) => number): number => counting.reduce((total, one) => total + of(one), 0);
  const exhausted = counting.filter(({ report }) => report.exhausted).length;
  return {
    cases: counting.length,
    schedules: sum(({ report }) => report.schedules),
    classes: sum(({ report }) => report.classes),
    exhausted,
    reached: isNamed ? sum(({ reached }) => reached) : undefined,
    rows: isNamed ? Math.max(0, ...counting.map(({ rows }) => rows)) : undefined,
    unreached: cases.length - counting.length,
    backed: isNamed && counting.length > 0 && exhausted === counting.length,
  };
}
