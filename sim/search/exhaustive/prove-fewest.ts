/**
 * Whether a shrunk counterexample has the fewest preemptions that are possible: every run of its data with fewer is explored.
 */
import type { Engine } from "../../engine/port.ts";
import type { Mutant, Race } from "../../race/race.ts";
import { explore } from "../explore.ts";
import type { FoundViolation } from "../shrink-each.ts";
import { searchTarget } from "./explore-exhaustively.ts";
import { fewestPreemptions } from "./fewest-preemptions.ts";

/** A mutant's counterexample and what the exhaustive search says of it. */
export interface ProvedCounterexample {
  readonly mutant: number;
  readonly invariant: string;
  readonly token: string;
  /** Of the shrunk counterexample. */
  readonly preemptions: number;
  /** Of the run with the fewest. */
  readonly fewest: number;
  /** Schedules that were explored to prove it; 0 where there is nothing below no preemption. */
  readonly schedules: number;
}

/** How to find a counterexample. */
export interface FindOptions {
  readonly seed: number;
  readonly schedules: number;
}

/** Failing schedules after which the simplest is shrunk. */
const MAX_FAILING = 10;

/** The counterexample to what `mutant` is known to break, proved; undefined if `schedules` schedules break nothing of it. */
export async function proveMutant(
  engine: Engine,
  race: Race<any, any>,
  mutant: Mutant,
  options: FindOptions,
): Promise<ProvedCounterexample | undefined> {
  const { id, violates } = mutant;
  const report = await explore(engine, race, { ...options, maxFailing: MAX_FAILING, mutant: id });
  const found = report.violations.find(({ invariant }) => violates.includes(invariant));
  return found === undefined ? undefined : await proveFewest(engine, race, id, found);
}

/** Explores all runs of the counterexample's data with fewer preemptions than it has. */
export async function proveFewest(
  engine: Engine,
  race: Race<any, any>,
  mutant: number,
  { invariant, token, preemptions, run }: FoundViolation,
): Promise<ProvedCounterexample> {
  const proved = { mutant, invariant, token, preemptions };
  if (preemptions === 0) return { ...proved, fewest: 0, schedules: 0 };
  const target = await searchTarget(engine, race, run.data, { seed: run.seed, mutant });
  const below = await fewestPreemptions(target, invariant, preemptions - 1);
  const fewest = below.kind === "proved" ? below.preemptions : preemptions;
  return { ...proved, fewest, schedules: below.schedules };
}
