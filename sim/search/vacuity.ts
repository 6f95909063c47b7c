/**
 * "Did anything interleave at all?": an exploration that found nothing must say so if it could not have found anything.
 */
import type { Race } from "../race/race.ts";
import type { Totals } from "./tally.ts";

/** Reasons, one sentence each, why "nothing violated" says little; none if the exploration has seen what it must. */
export function vacuityReasons(race: Pick<Race, "mustSee">, totals: Totals): readonly string[] {
  const reasons: string[] = [];
  if (totals.waits === 0) reasons.push("No statement ever waited for another session.");
  if (totals.preemptions === 0) reasons.push("No session was ever preempted.");
  for (const label of race.mustSee) {
    if ((totals.labels[label] ?? 0) === 0) reasons.push(`"${label}" never came about.`);
  }
  return reasons;
}
