/**
 * Adds up the reports of shards: what comes out is what one search without shards would have reported.
 */
import { isDeepStrictEqual } from "node:util";
import type { Race } from "../race/race.ts";
import { lockCycles } from "../search/lock-cycles.ts";
import { WHOLE } from "../search/shard.ts";
import { createTally } from "../search/tally.ts";
import { vacuityReasons } from "../search/vacuity.ts";
import { SwitchyardError } from "../switchyard-error.ts";
import type { ExploreJson, ViolationJson } from "./explore-json.ts";

/** What all shards of one search have in common. */
const COMMON = ["race", "mutant", "seed", "strategy"] as const;

/**
 * The report of the whole search over `race`. Counts, coverage and orders of locks add up exactly; of each invariant the
 * smallest counterexample stays; speeds add up as of machines side by side. Throws SwitchyardError "usage" unless `shards` are all parts
 * of one search.
 */
export function mergeShards(shards: readonly ExploreJson[], race: Pick<Race, "mustSee">): ExploreJson {
  const [first, ...others] = shards;
  if (first === undefined) throw unfit("There is nothing to merge.");
  for (const other of others) {
    const differing = COMMON.find((name) => !isDeepStrictEqual(first[name], other[name]));
    if (differing !== undefined)
      throw unfit(`The shards are of different searches: their ${differing} differs.`);
  }
  checkParts(shards);
  const tally = createTally();
  for (const { coverage, lockOrder, ...shard } of shards) {
    if (coverage === undefined || lockOrder === undefined)
      throw unfit("A file is not the report of a shard.");
    tally.addTotals({ ...shard, lockOrder }, coverage);
  }
  const { lockOrder, ...totals } = tally.totals();
  const failingSchedules = sum(shards.map((shard) => shard.failingSchedules));
  const vacuousBecause = failingSchedules > 0 ? [] : vacuityReasons(race, { ...totals, lockOrder });
  return {
    race: first.race,
    mutant: first.mutant,
    seed: first.seed,
    strategy: first.strategy,
    shard: WHOLE,
    ...totals,
    failingSchedules,
    endedEarly: shards.some(({ endedEarly }) => endedEarly),
    lockCycles: lockCycles(lockOrder),
    violations: mergeViolations(shards.flatMap(({ violations }) => violations)),
    shrinkBoundReached: shards.some(({ shrinkBoundReached }) => shrinkBoundReached),
    schedulesPerSecond: sum(shards.map(({ schedulesPerSecond }) => schedulesPerSecond)),
    vacuous: vacuousBecause.length > 0,
    vacuousBecause,
  };
}

function checkParts(shards: readonly ExploreJson[]): void {
  const parts = shards[0]?.shard.parts ?? 1;
  const have = shards.map(({ shard }) => shard.part);
  const missing = Array.from({ length: parts }, (_, index) => index + 1).filter(
    (part) => !have.includes(part),
  );
  if (shards.some(({ shard }) => shard.parts !== parts))
    throw unfit("The shards are of different numbers of parts.");
  if (new Set(have).size < have.length) throw unfit("A shard is there twice.");
  if (missing.length > 0) throw unfit(`Of ${parts} shards these are missing: ${missing.join(", ")}.`);
}

/** Of each invariant the counterexample with the fewest preemptions, then steps, then found first; those broken most often first. */
function mergeViolations(violations: readonly ViolationJson[]): readonly ViolationJson[] {
  const merged = new Map<string, ViolationJson>();
  for (const violation of violations) {
    const known = merged.get(violation.invariant);
    const simplest = known === undefined || isSimpler(violation, known) ? violation : known;
    const schedules = violation.schedules + (known?.schedules ?? 0);
    merged.set(violation.invariant, { ...simplest, schedules });
  }
  return [...merged.values()].sort((a, b) => b.schedules - a.schedules);
}

function isSimpler(one: ViolationJson, other: ViolationJson): boolean {
  return (one.preemptions - other.preemptions || one.steps - other.steps || one.index - other.index) < 0;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function unfit(message: string): SwitchyardError {
  return new SwitchyardError(
    "usage",
    message,
    "Merge the --json files of all shards of one search: explore --shard 1/n to n/n, all else the same.",
  );
}
