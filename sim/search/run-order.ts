/**
 * Runs a race under an order that shrinking tries.
 */
import type { Engine } from "../engine/port.ts";
import type { Race } from "../race/race.ts";
import { runRace } from "../race/run.ts";
import { arraySchedule } from "./array-schedule.ts";
import type { CandidateRun, Order } from "./shrink.ts";
import { recording } from "./strategies/recording.ts";
import { sessionsSchedule } from "./strategies/sessions-schedule.ts";

/** A run of `race` (the reference; `mutant` selects its mutant) under `order`, and what was chosen in it. */
export async function runOrder(
  engine: Engine,
  race: Race<any, any>,
  order: Order,
  input: { readonly seed: number; readonly data: unknown; readonly mutant: number | undefined },
): Promise<CandidateRun> {
  const schedule = recording(
    order.kind === "choices" ? arraySchedule(order.choices) : sessionsSchedule(order.sessions),
  );
  const run = await runRace(engine, race, { ...input, schedule });
  return { choices: schedule.choices, run };
}
