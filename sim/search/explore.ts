/**
 * Explores a race: many runs under drawn schedules and data, and on the first failure its shrunk counterexamples.
 */
import type { Engine } from "../engine/port.ts";
import type { Race } from "../race/race.ts";
import { runRace } from "../race/run.ts";
import { startStopwatch } from "../real-time.ts";
import type { RunResult } from "../trace/trace.ts";
import { confirmReplay } from "./confirm-replay.ts";
import { drawDataValue, plainData } from "./draw-data.ts";
import { tokenOf } from "./replay.ts";
import { arraySchedule } from "./array-schedule.ts";
import { drawSchedule } from "./schedule-arbitrary.ts";
import { seedOfRun } from "./seeded-random.ts";
import { shrink, type Failure } from "./shrink.ts";
import { createTally, type Totals } from "./tally.ts";
import { vacuityReasons } from "./vacuity.ts";

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
  readonly elapsedMs: number;
}

/** A broken invariant with its shrunk counterexample. */
export interface FoundViolation {
  readonly invariant: string;
  readonly promise: string;
  readonly message: string;
  /** Replays the counterexample. */
  readonly token: string;
  /** Steps and preemptions of the counterexample. */
  readonly steps: number;
  readonly preemptions: number;
  /** The counterexample's trace hash, which every replay of the token gives again. */
  readonly traceHash: string;
  /** The counterexample itself. */
  readonly run: RunResult;
}

/** What an exploration found. */
export interface ExploreReport extends Totals {
  readonly race: string;
  readonly mutant: number | undefined;
  readonly seed: number;
  /** Of the first failing run, one for each invariant that it or its shrunk runs break; empty if nothing failed. */
  readonly violations: readonly FoundViolation[];
  /** Runs per second of real time, shrinking left out. */
  readonly schedulesPerSecond: number;
  /** Why "nothing violated" says little; empty if it says what it should, or if something was violated. */
  readonly vacuous: readonly string[];
}

/**
 * Runs up to `options.schedules` schedules of `race` (the reference; `options.mutant` selects its mutant) and stops after
 * the first that breaks an invariant, shrunk once for each. The first run and every counterexample are run twice; throws
 * SwitchyardError "nondeterministic" if the two differ.
 */
export async function explore(
  engine: Engine,
  race: Race<any, any>,
  options: ExploreOptions,
): Promise<ExploreReport> {
  const elapsedMs = startStopwatch();
  const tally = createTally();
  const report = (state: ExploreProgress["state"], schedules: number): void =>
    options.onProgress?.({ state, schedules, of: options.schedules, elapsedMs: elapsedMs() });
  let failure: Failure<unknown> | undefined;

  for (let index = 0; index < options.schedules && failure === undefined; index += 1) {
    if (options.seconds !== undefined && elapsedMs() >= options.seconds * 1000) break;
    const drawn = await runDrawn(engine, race, seedOfRun(options.seed, index), options.mutant);
    tally.add(drawn.run);
    if (index === 0) await confirmReplay(engine, race, drawn.run);
    if (drawn.run.violations.length > 0) failure = drawn;
    report("exploring", index + 1);
  }
  const totals = tally.totals();
  const schedulesPerSecond = totals.schedules / Math.max(elapsedMs() / 1000, Number.EPSILON);

  const violations: FoundViolation[] = [];
  if (failure !== undefined) {
    report("shrinking", totals.schedules);
    violations.push(...(await shrinkEach(engine, race, failure)));
  }
  return {
    race: race.name,
    mutant: options.mutant,
    seed: options.seed,
    ...totals,
    violations,
    schedulesPerSecond,
    vacuous: violations.length > 0 ? [] : vacuityReasons(race, totals),
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

/** Shrinks `failure` once for each invariant that it breaks and that no shrunk run so far breaks. */
async function shrinkEach(
  engine: Engine,
  race: Race<any, any>,
  failure: Failure<unknown>,
): Promise<readonly FoundViolation[]> {
  const found = new Map<string, FoundViolation>();
  const { seed, mutant } = failure.run;
  for (const { invariant } of failure.run.violations) {
    if (found.has(invariant)) continue;
    const { run } = await shrink({
      failure,
      invariant,
      arbitrary: race.data,
      run: (choices, data) => runRace(engine, race, { seed, data, mutant, schedule: arraySchedule(choices) }),
    });
    await confirmReplay(engine, race, run);
    const token = tokenOf(race, run);
    for (const { invariant: name, promise, message } of run.violations) {
      if (found.has(name)) continue;
      found.set(name, {
        invariant: name,
        promise,
        message,
        token,
        steps: run.steps.length,
        preemptions: run.preemptions,
        traceHash: run.traceHash,
        run,
      });
    }
  }
  return [...found.values()];
}
