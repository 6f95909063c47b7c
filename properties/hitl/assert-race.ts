/**
 * A race as a fast-check property: under all data and all schedules no invariant breaks.
 */
import fc from "fast-check";
import type { Engine } from "../../sim/engine/port.ts";
import type { Race } from "../../sim/race/race.ts";
import { reportToActions } from "../../sim/report/ci/report-to-actions.ts";
import { counterexampleText } from "../../sim/report/counterexample.ts";
import { plainData } from "../../sim/search/draw-data.ts";
import { tokenOf } from "../../sim/search/replay.ts";
import { runOrder } from "../../sim/search/run-order.ts";
import { scheduleArbitrary } from "../../sim/search/schedule-arbitrary.ts";
import { DEFAULT_STRATEGY } from "../../sim/search/strategies/index.ts";
import { shrink, type Failure } from "../../sim/search/shrink.ts";
import { Unshrunk } from "../../sim/library/unshrunk.ts";
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

/** Candidates that may be run to shrink a failure. */
const MAX_SHRINK_RUNS = 1000;

/** Rejects with the story, the steps and the line that replays it if a run breaks an invariant, shrunk as `explore` does it. */
export async function assertRace(
  engine: Engine,
  race: Race<any, any>,
  { seed, schedules, mutant, onRun }: AssertRaceOptions,
): Promise<void> {
  let found: Failure<unknown> | undefined;
  const property = fc.asyncProperty(
    new Unshrunk(race.data),
    fc.noShrink(scheduleArbitrary),
    fc.noShrink(fc.nat({ max: MAX_RUN_SEED })),
    async (data, choices, seed) => {
      const order = { kind: "choices", choices } as const;
      const made = await runOrder(engine, race, order, { seed, data: plainData(data.value), mutant });
      if (made.run.violations.length === 0) {
        onRun?.(made.run);
        return true;
      }
      found = { ...made, data };
      return false;
    },
  );
  const details = await fc.check(property, { seed, numRuns: schedules });
  if (!details.failed) return;
  if (found === undefined) throw details.errorInstance;
  const { failure, runs } = await shrink({
    failure: found,
    invariant: found.run.violations[0]?.invariant ?? "",
    arbitrary: race.data,
    run: (order, data, seed) => runOrder(engine, race, order, { seed, data, mutant }),
    maxRuns: MAX_SHRINK_RUNS,
  });
  // A mutant is meant to fail: that is no news for a job's summary.
  if (mutant === undefined) {
    const index = details.numRuns - 1;
    await reportToActions(engine, { race, run: failure.run, strategy: DEFAULT_STRATEGY, seed, index });
  }
  const text = await counterexampleText(failure.run, tokenOf(race, failure.run));
  throw new Error(
    `Schedule ${details.numRuns} of ${schedules} failed (SWITCHYARD_SEED=${seed}, shrunk in ${runs} runs).\n\n${text}`,
  );
}
