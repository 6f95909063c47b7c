/**
 * Explores a race: many runs under drawn schedules and data, and shrunk counterexamples of what they broke.
 */
import type { Engine } from "../engine/port.ts";
import type { Race } from "../race/race.ts";
import { runRace } from "../race/run.ts";
import { startStopwatch } from "../real-time.ts";
import { arraySchedule } from "./array-schedule.ts";
import { confirmReplay } from "./confirm-replay.ts";
import { drawDataValue, plainData } from "./draw-data.ts";
import { createFailures } from "./failures.ts";
import { drawSchedule } from "./schedule-arbitrary.ts";
import { seedOfRun } from "./seeded-random.ts";
import { shrinkEach, type Counterexamples } from "./shrink-each.ts";
import type { Failure } from "./shrink.ts";
import { createTally, type Totals } from "./tally.ts";
import { vacuityReasons } from "./vacuity.ts";

/** Failing schedules after which an exploration ends: enough to meet most of what a wrong protocol breaks. */
export const MAX_FAILING_SCHEDULES = 20;

/** What to explore, and for how long. */
export interface ExploreOptions {
  /** Runs at most. */
  readonly schedules: number;
  /** Begins no further run after so many seconds of real time; unlimited by default. */
  readonly seconds?: number | undefined;
  /** An integer from 0 to 4294967295; the same seed gives the same runs. */
  readonly seed: number;
  readonly mutant?: number | undefined;
  /** Called after every run, and for every shrinking. */
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
  /** Schedules that broke an invariant. */
  readonly failingSchedules: number;
  /** Runs per second of real time, shrinking left out. */
  readonly schedulesPerSecond: number;
  /** Why "nothing violated" says little; empty if it says what it should, or if something was violated. */
  readonly vacuous: readonly string[];
}

/**
 * Runs up to `options.schedules` schedules of `race` (the reference; `options.mutant` selects its mutant), ends early after
 * MAX_FAILING_SCHEDULES that break an invariant, and shrinks for each invariant the one with the fewest preemptions. The
 * first run and every counterexample are run twice; throws SwitchyardError "nondeterministic" if the two differ.
 */
export async function explore(
  engine: Engine,
  race: Race<any, any>,
  options: ExploreOptions,
): Promise<ExploreReport> {
  const elapsedMs = startStopwatch();
  const tally = createTally();
  const failures = createFailures();
  const report = (state: ExploreProgress["state"], schedules: number): void =>
    options.onProgress?.({
      state,
      schedules,
      of: options.schedules,
      failing: failures.count(),
      elapsedMs: elapsedMs(),
    });

  for (let index = 0; index < options.schedules; index += 1) {
    if (failures.count() === MAX_FAILING_SCHEDULES) break;
    if (options.seconds !== undefined && elapsedMs() >= options.seconds * 1000) break;
    const drawn = await runDrawn(engine, race, seedOfRun(options.seed, index), options.mutant);
    tally.add(drawn.run);
    if (index === 0) await confirmReplay(engine, race, drawn.run);
    if (drawn.run.violations.length > 0) failures.add(drawn);
    report("exploring", index + 1);
  }
  const totals = tally.totals();
  const schedulesPerSecond = totals.schedules / Math.max(elapsedMs() / 1000, Number.EPSILON);

  if (failures.count() > 0) report("shrinking", totals.schedules);
  const counterexamples = await shrinkEach(engine, race, failures.byInvariant());
  return {
    race: race.name,
    mutant: options.mutant,
    seed: options.seed,
    ...totals,
    failingSchedules: failures.count(),
    ...counterexamples,
    schedulesPerSecond,
    vacuous: failures.count() > 0 ? [] : vacuityReasons(race, totals),
  };
}

async function runDrawn(
  engine: Engine,
  race: Race<any, any>,
  seed: number,
  mutant: number | undefined,
): Promise<Failure<unknown>> {
  const data = drawDataValue(race, seed);
  const choices = drawSchedule(seed);
  const schedule = arraySchedule(choices);
  const run = await runRace(engine, race, { seed, data: plainData(data.value), mutant, schedule });
  return { choices, data, run };
}
