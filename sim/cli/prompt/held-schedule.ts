/**
 * A token's schedule for a run in which somebody may step in: followed where it can be, else whoever comes first goes on.
 */
import type { Scheduler } from "../../race/scheduler.ts";

/** Follows `steps`; a step whose session cannot go on is kept for later. */
export function heldSchedule(steps: readonly string[]): Scheduler {
  let position = 0;
  return {
    next({ enabled, kind }) {
      const wanted = steps[position];
      const index = enabled.findIndex((name) => (kind === "victim" ? `!${name}` : name) === wanted);
      if (index < 0) return 0;
      position += 1;
      return index;
    },
  };
}
