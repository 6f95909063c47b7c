/**
 * A race as a property of fast-check: what is drawn is a plan (data, schedule and seed of one run), and what must hold of it is that
 * the run breaks no promise. With @fast-check/vitest:
 *
 *   test.prop([plans(booking)])("no flight is overbooked", holds);
 */
import fc from "fast-check";
import type { Engine } from "../engine/port.ts";
import type { Race } from "../race/race.ts";
import { counterexampleText } from "../report/counterexample.ts";
import { plainData } from "../search/draw-data.ts";
import { tokenOf } from "../search/replay.ts";
import { runOrder } from "../search/run-order.ts";
import { scheduleArbitrary } from "../search/schedule-arbitrary.ts";
import { shrink } from "../search/shrink.ts";
import { sharedEngine } from "./shared-engine.ts";
import { Unshrunk } from "./unshrunk.ts";

/** What one run of a race is made from. */
export interface Plan {
  readonly race: Race<any, any>;
  readonly mutant: number | undefined;
  readonly data: fc.Value<unknown>;
  readonly choices: readonly number[];
  readonly seed: number;
}

/** What is planned beside the race itself. */
export interface PlanOptions {
  /** Runs the mutant of this number in place of the race: a test that it is found. */
  readonly mutant?: number | undefined;
}

const MAX_RUN_SEED = 0xffff_ffff;

/** Candidates that may be run to shrink a failure. */
const MAX_SHRINK_RUNS = 1000;

/** The last run that this thread was asked for. */
let lastRun: Promise<unknown> = Promise.resolve();

/** Plans of runs of `race`. */
export function plans(race: Race<any, any>, { mutant }: PlanOptions = {}): fc.Arbitrary<Plan> {
  return fc
    .noShrink(
      fc.record({
        data: new Unshrunk<unknown>(race.data),
        choices: scheduleArbitrary,
        seed: fc.nat({ max: MAX_RUN_SEED }),
      }),
    )
    .map((drawn) => ({ ...drawn, race, mutant, [fc.toStringMethod]: () => `a run of ${race.name}` }));
}

/**
 * Makes the run of `plan` on the engine that this thread's tests share; rejects with the story, the steps and a token, shrunk, if it
 * breaks a promise. Runs that are asked for at the same time follow one another.
 */
export async function holds(plan: Plan): Promise<void> {
  const run = lastRun.then(async () => await check(await sharedEngine(), plan));
  lastRun = run.catch(() => {});
  await run;
}

async function check(engine: Engine, { race, mutant, data, choices, seed }: Plan): Promise<void> {
  const input = { seed, data: plainData(data.value), mutant };
  const made = await runOrder(engine, race, { kind: "choices", choices }, input);
  const [broken] = made.run.violations;
  if (broken === undefined) return;
  const { failure } = await shrink({
    failure: { ...made, data },
    invariant: broken.invariant,
    arbitrary: race.data,
    run: (order, data, seed) => runOrder(engine, race, order, { seed, data, mutant }),
    maxRuns: MAX_SHRINK_RUNS,
  });
  const text = await counterexampleText(failure.run, tokenOf(race, failure.run));
  throw new Error(
    `${text}\n  (with the path of the race's module at the end, unless the token begins with it)`,
  );
}
