/**
 * Runs permutations of the three-session race by the run loop, over whatever engine.
 */
import type { Engine } from "../../sim/engine/port.ts";
import { runRace } from "../../sim/race/run.ts";
import { startStopwatch } from "../../sim/real-time.ts";
import { replaySchedule } from "../../sim/search/replay-schedule.ts";
import { threeSessionRace } from "./three-session-race.ts";
import { noTimes, timedEngine, type EngineTimes } from "./timed-engine.ts";

/** The sessions of one permutation, in the order of its steps. */
export type Order = readonly string[];

/** Milliseconds for all permutations, and how long the engine was at what. */
export interface Profile {
  readonly ms: number;
  readonly parts: EngineTimes;
}

/** Runs each order once. Throws Error where a promise of the race breaks. */
export async function runAll(engine: Engine, orders: readonly Order[]): Promise<void> {
  for (const order of orders) {
    const schedule = replaySchedule(order);
    const { violations } = await runRace(engine, threeSessionRace, { seed: 1, data: null, schedule });
    if (violations.length > 0) throw new Error(`${order.join(" ")}: ${violations[0]?.message}`);
  }
}

/** Runs them over an engine that notes its times, which costs some time itself. */
export async function profileOf(engine: Engine, orders: readonly Order[]): Promise<Profile> {
  const parts = noTimes();
  const elapsedMs = startStopwatch();
  await runAll(timedEngine(engine, parts), orders);
  return { ms: elapsedMs(), parts };
}
