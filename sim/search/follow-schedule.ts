/**
 * A schedule that follows a token as far as it can, for a run on another engine: where that run goes another way it goes on to
 * its end, so that the two can be compared step by step.
 */
import type { Scheduler } from "../race/scheduler.ts";

/** Follows `steps` until the named session cannot go on; from there every choice is 0. */
export function followSchedule(steps: readonly string[]): Scheduler {
  let position = 0;
  let lost = false;
  return {
    next({ enabled, kind }) {
      if (kind === "victim") {
        const victim = steps[position]?.startsWith("!") === true ? steps[position++]?.slice(1) : undefined;
        return Math.max(victim === undefined ? 0 : enabled.indexOf(victim), 0);
      }
      // The deadlock of which this names the victim did not come about.
      while (steps[position]?.startsWith("!") === true) position += 1;
      const name = steps[position];
      if (lost || name === undefined) return 0;
      position += 1;
      const index = enabled.indexOf(name);
      lost = index < 0;
      return Math.max(index, 0);
    },
  };
}
