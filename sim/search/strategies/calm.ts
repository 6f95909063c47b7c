/**
 * The schedules that fast-check draws as arrays of small numbers, mostly zeros (see schedule-arbitrary.ts), as a strategy.
 */
import { arraySchedule } from "../array-schedule.ts";
import { drawSchedule } from "../schedule-arbitrary.ts";
import type { Strategy } from "./strategy.ts";

/** Few preemptions, how few differs from run to run. */
export const calm: Strategy = {
  name: "calm",
  plan: ({ seed }) => ({ strategy: "calm", scheduler: arraySchedule(drawSchedule(seed)) }),
};
