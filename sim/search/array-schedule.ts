/**
 * A schedule as an array of small numbers: the form in which schedules are drawn and shrunk.
 */
import type { Scheduler } from "../race/scheduler.ts";

/**
 * A scheduler that takes one entry of `choices` for each choice that is one: where only one session is enabled, no entry
 * is used up. Entries count modulo the enabled sessions; after the last one every choice is 0 (go on with the same session).
 */
export function arraySchedule(choices: readonly number[]): Scheduler {
  let position = 0;
  return {
    next({ enabled }) {
      if (enabled.length < 2) return 0;
      const choice = choices[position] ?? 0;
      position += 1;
      return choice % enabled.length;
    },
  };
}
