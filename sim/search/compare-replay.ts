/**
 * A token on two engines: whether the second one sees the same run, and where not.
 */
import type { Engine } from "../engine/port.ts";
import { queryable } from "../race/actor-context.ts";
import type { Race } from "../race/race.ts";
import { canonicalJson } from "../trace/canonical-json.ts";
import type { RunResult } from "../trace/trace.ts";
import { clockAndRandomNames, withoutDrawnValues } from "./engine-bound.ts";
import { followSchedule } from "./follow-schedule.ts";
import { replay, type ReplayOptions } from "./replay.ts";
import { atEnd, runDifference, type RunDifference } from "./run-difference.ts";

/**
 * Runs on the second engine at most. Which of several waiters gets a row that its holder has changed, and who fails in a
 * deadlock, a server decides by time; where only that differs, the token is tried again.
 */
export const MAX_ATTEMPTS = 5;

/** Two runs of one token. */
export interface ReplayComparison {
  /** The run on the first engine, which is what the token stands for, and the one on the second. */
  readonly expected: RunResult;
  readonly found: RunResult;
  /** Runs on the second engine until it agreed: more than one where PostgreSQL may do either. */
  readonly attempts: number;
  /** Where they differ first. */
  readonly difference: RunDifference | undefined;
  /** What the race's SQL asks of the database's clock and random numbers, e.g. "now"; rows with it are not compared. */
  readonly notCompared: readonly string[];
}

/**
 * Runs `token` on `first` and then on `second`, where the schedule is followed as far as it can be. Throws what `replay`
 * throws.
 */
export async function compareReplay(
  first: Engine,
  second: Engine,
  race: Race<any, any>,
  token: string,
  options: Pick<ReplayOptions, "mutant"> = {},
): Promise<ReplayComparison> {
  const expected = await replay(first, race, token, options);
  const expectedState = await stateAfter(first, race);
  for (let attempts = 1; ; attempts += 1) {
    const found = await replay(second, race, token, { ...options, follow: followSchedule });
    const foundState = await stateAfter(second, race);
    const difference =
      runDifference(expected, found, race.schema) ??
      (expectedState === foundState
        ? undefined
        : atEnd(expected, "the final state", expectedState, foundState));
    if (difference?.isOpen === true && attempts < MAX_ATTEMPTS) continue;
    const notCompared = clockAndRandomNames([race.schema, ...expected.steps.map(textOf)].join("\n"));
    return { expected, found, attempts, difference, notCompared };
  }
}

async function stateAfter(engine: Engine, race: Race<any, any>): Promise<string> {
  const state: unknown = await race.observe(queryable((statement) => engine.observe(statement)));
  const drawn = clockAndRandomNames(race.schema).length > 0;
  const plain = JSON.parse(canonicalJson(state));
  return JSON.stringify(drawn ? withoutDrawnValues(plain) : plain);
}

function textOf({ action }: RunResult["steps"][number]): string {
  return action.kind === "sleep" ? "" : action.text;
}
