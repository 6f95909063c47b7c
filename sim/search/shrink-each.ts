/**
 * From the invariants that an exploration broke to counterexamples: one shrink for each that no counterexample so far shows.
 */
import type { Engine } from "../engine/port.ts";
import type { Race } from "../race/race.ts";
import type { RunResult } from "../trace/trace.ts";
import { confirmReplay } from "./confirm-replay.ts";
import { drawDataValue, plainData } from "./draw-data.ts";
import type { BrokenInvariant } from "./failures.ts";
import { tokenOf } from "./replay.ts";
import { runOrder } from "./run-order.ts";
import type { RunSummary } from "./run-summary.ts";
import { seedOfRun } from "./seeded-random.ts";
import { shrink, type Failure } from "./shrink.ts";

/** Runs that all shrinking of one exploration may take together; where it is reached, smaller counterexamples may exist. */
export const MAX_SHRINK_RUNS = 1500;

/** A broken invariant with its counterexample. */
export interface FoundViolation {
  readonly invariant: string;
  readonly promise: string;
  readonly message: string;
  /** Explored schedules that broke it; 0 where only a shrunk run did. */
  readonly schedules: number;
  /** The explored run that was shrunk: its index, and the strategy that found it. */
  readonly index: number;
  readonly strategy: string;
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

/** What shrinking came to. */
export interface Counterexamples {
  readonly violations: readonly FoundViolation[];
  /** True where MAX_SHRINK_RUNS was reached. */
  readonly shrinkBoundReached: boolean;
}

/** The exploration that found the failures. */
export interface Origin {
  readonly mutant: number | undefined;
  readonly seed: number;
}

/** Counterexamples for all of `broken`, in their order; each is run twice (see `confirmReplay`). */
export async function shrinkEach(
  engine: Engine,
  race: Race<any, any>,
  origin: Origin,
  broken: readonly BrokenInvariant[],
): Promise<Counterexamples> {
  const found = new Map<string, FoundViolation>();
  let runsLeft = MAX_SHRINK_RUNS;
  const { mutant } = origin;
  for (const { invariant, simplest } of broken) {
    if (found.has(invariant)) continue;
    const shrunk = await shrink({
      failure: await failureAgain(engine, race, origin, simplest),
      invariant,
      arbitrary: race.data,
      run: (order, data, seed) => runOrder(engine, race, order, { seed, data, mutant }),
      maxRuns: runsLeft,
    });
    runsLeft -= shrunk.runs;
    const { run } = shrunk.failure;
    await confirmReplay(engine, race, run);
    for (const violation of violationsOf(race, run, simplest, broken)) {
      if (!found.has(violation.invariant)) found.set(violation.invariant, violation);
    }
  }
  return { violations: [...found.values()], shrinkBoundReached: broken.length > 0 && runsLeft === 0 };
}

/** The explored run once more, with its data in the form that shrinks. */
async function failureAgain(
  engine: Engine,
  race: Race<any, any>,
  { mutant, seed: exploreSeed }: Origin,
  { index, choices }: RunSummary,
): Promise<Failure<unknown>> {
  const seed = seedOfRun(exploreSeed, index);
  const data = drawDataValue<unknown, unknown>(race, seed);
  const input = { seed, data: plainData(data.value), mutant };
  return { ...(await runOrder(engine, race, { kind: "choices", choices }, input)), data };
}

function violationsOf(
  race: Race<any, any>,
  run: RunResult,
  { index, strategy }: RunSummary,
  broken: readonly BrokenInvariant[],
): readonly FoundViolation[] {
  const token = tokenOf(race, run);
  return run.violations.map(({ invariant, promise, message }) => ({
    invariant,
    promise,
    message,
    schedules: broken.find((known) => known.invariant === invariant)?.schedules ?? 0,
    index,
    strategy,
    token,
    steps: run.steps.length,
    preemptions: run.preemptions,
    traceHash: run.traceHash,
    run,
  }));
}
