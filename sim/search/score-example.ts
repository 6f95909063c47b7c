/**
 * Does an example race still show what it is told for? Its broken variants must be found, its mended code must hold: in sampled
 * schedules, and in every schedule of its small data as far as that ends.
 */
import type { Engine } from "../engine/port.ts";
import type { Race } from "../race/race.ts";
import { exploreExhaustively } from "./exhaustive/explore-exhaustively.ts";
import { explore } from "./explore.ts";
import { scoreMutant, type MutantScore } from "./mutation-score.ts";

/** Schedules of the mended code that are sampled. */
const SAMPLED_SCHEDULES = 200;

/** Schedules of one configuration after which its exhaustive search is given up. */
export const MAX_EXHAUSTIVE_SCHEDULES = 2_000;

/** Schedules after which a broken variant counts as not reproduced. */
const MAX_EXAMPLE_SCHEDULES = 500;

/** What became of the mended code. */
export type FixScore =
  /** Nothing broke in the `sampled` schedules, and in none of all `exhausted` schedules of the small data. */
  | {
      readonly state: "proven";
      readonly sampled: number;
      readonly exhausted: number;
      readonly classes: number;
      /** Interleavings of these classes, in decimal digits. */
      readonly interleavings: string;
    }
  /** Nothing broke, but the exhaustive search did not end. */
  | { readonly state: "sampled"; readonly sampled: number; readonly searched: number }
  | { readonly state: "broken"; readonly invariant: string; readonly token: string }
  /** Nothing broke, but nothing could have. */
  | { readonly state: "vacuous"; readonly reasons: readonly string[] };

/** One example. */
export interface ExampleScore {
  readonly race: string;
  readonly source: string;
  readonly description: string;
  readonly mutants: readonly MutantScore[];
  readonly fix: FixScore;
}

/** How to search. */
export interface ExampleOptions {
  readonly seed: number;
  /** Schedules of the mended code that are sampled; SAMPLED_SCHEDULES by default. */
  readonly sampled?: number | undefined;
  /** Schedules after which a broken variant is given up; MAX_EXAMPLE_SCHEDULES by default. */
  readonly maxSchedules?: number | undefined;
}

/** Scores `race` on `engine`, which must report rows. */
export async function scoreExample(
  engine: Engine,
  race: Race<any, any>,
  options: ExampleOptions,
): Promise<ExampleScore> {
  const { seed, sampled = SAMPLED_SCHEDULES, maxSchedules = MAX_EXAMPLE_SCHEDULES } = options;
  const mutants: MutantScore[] = [];
  for (const mutant of race.mutants)
    mutants.push(await scoreMutant(engine, race, mutant, { seed, maxSchedules }));
  const { name, source = "", description } = race;
  return { race: name, source, description, mutants, fix: await scoreFix(engine, race, seed, sampled) };
}

/** True unless a broken variant was not found, or the mended code does not hold. */
export function isReproduced({ mutants, fix }: ExampleScore): boolean {
  const holds = fix.state === "proven" || fix.state === "sampled";
  return holds && mutants.length > 0 && mutants.every(({ state }) => state === "found");
}

async function scoreFix(
  engine: Engine,
  race: Race<any, any>,
  seed: number,
  schedules: number,
): Promise<FixScore> {
  const sample = await explore(engine, race, { seed, schedules, maxFailing: 1 });
  const [broken] = sample.violations;
  if (broken !== undefined) return { state: "broken", invariant: broken.invariant, token: broken.token };
  if (sample.vacuous.length > 0) return { state: "vacuous", reasons: sample.vacuous };
  const all = await exploreExhaustively(engine, race, {
    seed,
    maxFailing: 1,
    schedules: MAX_EXHAUSTIVE_SCHEDULES,
  });
  const [found] = all.violations;
  if (found !== undefined) return { state: "broken", invariant: found.invariant, token: found.token };
  const sampled = sample.schedules;
  if (!all.exhausted) return { state: "sampled", sampled, searched: all.schedules };
  const { schedules: exhausted, classes, interleavings } = all;
  return { state: "proven", sampled, exhausted, classes, interleavings };
}
