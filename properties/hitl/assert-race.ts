/**
 * A race as a fast-check property: under all data and all schedules no invariant breaks.
 */
import fc from "fast-check";
import type { Engine } from "../../sim/engine/port.ts";
import type { Race } from "../../sim/race/race.ts";
import { runRace } from "../../sim/race/run.ts";
import { counterexampleText } from "../../sim/report/counterexample.ts";
import { arraySchedule } from "../../sim/search/array-schedule.ts";
import { plainData } from "../../sim/search/draw-data.ts";
import { tokenOf } from "../../sim/search/replay.ts";
import { scheduleArbitrary } from "../../sim/search/schedule-arbitrary.ts";
import type { RunResult } from "../../sim/trace/trace.ts";

/** How much is tried. */
export interface AssertRaceOptions {
  readonly seed: number;
  readonly schedules: number;
  readonly mutant?: number | undefined;
  /** Is shown every run that broke nothing. */
  readonly onRun?: ((run: RunResult) => void) | undefined;
}

const MAX_RUN_SEED = 0xffff_ffff;

/** Rejects with the story, the steps and the line that replays it if a run breaks an invariant, as small as fast-check gets it. */
export async function assertRace(
  engine: Engine,
  race: Race<any, any>,
  { seed, schedules, mutant, onRun }: AssertRaceOptions,
): Promise<void> {
  let smallest: RunResult | undefined;
  const runSeed = fc.noShrink(fc.nat({ max: MAX_RUN_SEED }));
  const property = fc.asyncProperty(race.data, scheduleArbitrary, runSeed, async (data, choices, seed) => {
    const schedule = arraySchedule(choices);
    const run = await runRace(engine, race, { seed, data: plainData(data), mutant, schedule });
    if (run.violations.length === 0) {
      onRun?.(run);
      return true;
    }
    smallest = run;
    return false;
  });
  const details = await fc.check(property, { seed, numRuns: schedules });
  if (!details.failed) return;
  if (smallest === undefined) throw details.errorInstance;
  const text = await counterexampleText(smallest, tokenOf(race, smallest));
  throw new Error(
    `Schedule ${details.numRuns} of ${schedules} failed (SWITCHYARD_SEED=${seed}, shrunk ${details.numShrinks} times).\n\n${text}`,
  );
}
