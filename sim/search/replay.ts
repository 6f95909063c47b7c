/**
 * Runs a token again.
 */
import type { Engine } from "../engine/port.ts";
import type { OnStep } from "../race/held-run.ts";
import type { Race } from "../race/race.ts";
import { runRace } from "../race/run.ts";
import type { Scheduler } from "../race/scheduler.ts";
import { SwitchyardError } from "../switchyard-error.ts";
import { applyChanges, changesBetween } from "../trace/data-changes.ts";
import { formatToken, parseToken } from "../trace/token.ts";
import type { RunResult } from "../trace/trace.ts";
import { drawData } from "./draw-data.ts";
import { replaySchedule } from "./replay-schedule.ts";

/** How a replay may differ from its token. */
export interface ReplayOptions {
  /** A mutant's number in place of the token's. */
  readonly mutant?: number | undefined;
  /** Follows the token's steps; by default one that ends the run where it cannot (see `replaySchedule`). */
  readonly follow?: ((steps: readonly string[]) => Scheduler) | undefined;
  /** Holds the run before its first step and after every step. */
  readonly onStep?: OnStep | undefined;
}

/**
 * Runs `token` of `race` (the reference; the token's mutant is honoured unless `options` name another). Throws
 * SwitchyardError "token" for a token that is damaged, of another version or race, or that the run leaves.
 */
export async function replay(
  engine: Engine,
  race: Race<any, any>,
  token: string,
  options: ReplayOptions = {},
): Promise<RunResult> {
  const parts = parseToken(token);
  if (parts.race !== race.name) {
    throw new SwitchyardError(
      "token",
      `The token belongs to race ${parts.race}, not to ${race.name}.`,
      `Replay it with the race ${parts.race}.`,
    );
  }
  engine.wantVictims?.(parts.steps.filter((step) => step.startsWith("!")).map((step) => step.slice(1)));
  const follow = options.follow ?? replaySchedule;
  return await runRace(engine, race, {
    seed: parts.seed,
    data: applyChanges(drawData(race, parts.seed), parts.data),
    mutant: options.mutant ?? parts.mutant,
    clock: parts.clock,
    schedule: follow(parts.steps),
    onStep: options.onStep,
  });
}

/** The token that replays `run` of `race`. */
export function tokenOf(race: Race<any, any>, run: RunResult): string {
  return formatToken({
    race: run.race,
    seed: run.seed,
    mutant: run.mutant,
    clock: run.clock,
    data: changesBetween(drawData(race, run.seed), run.data),
    steps: run.taken,
  });
}
