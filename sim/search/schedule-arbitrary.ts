/**
 * The fast-check arbitrary of schedules.
 *
 * Most known concurrency bugs need one or two preemptions (Musuvathi and Qadeer, "Iterative context bounding", 2007), so most
 * entries are 0 and how many differs from schedule to schedule: calm schedules find bugs of small depth, restless ones
 * those that need many switches. Drawn as data and not with fc.scheduler, which neither shrinks nor can hold a function
 * back before it begins.
 */
import fc from "fast-check";
import { seededRandom } from "./seeded-random.ts";

/** Entries of a drawn schedule; a run with more choices goes on without preemptions. */
const SCHEDULE_LENGTH = 96;
/** Largest entry: sessions beyond the eighth are reached when those before them have ended or wait. */
const MAX_CHOICE = 7;
/** Of so many entries one is not 0, on average; one is drawn for each schedule. */
const CALMNESS = [2, 4, 8, 16] as const;

/** The largest of CALMNESS, and a multiple of each: a draw's remainder decides whether its entry is 0, its quotient which. */
const CALMEST = 16;

/** Schedules as arrays of numbers from 0 to MAX_CHOICE. */
export const scheduleArbitrary: fc.Arbitrary<readonly number[]> = fc
  .tuple(
    fc.constantFrom(...CALMNESS),
    fc.array(fc.nat({ max: CALMEST * MAX_CHOICE - 1 }), {
      minLength: SCHEDULE_LENGTH,
      maxLength: SCHEDULE_LENGTH,
    }),
  )
  .map(([calmness, draws]) => draws.map((draw) => entry(draw, calmness)));

/** The schedule that belongs to a run's seed. */
export function drawSchedule(seed: number): readonly number[] {
  return scheduleArbitrary.generate(seededRandom(seed, "schedule"), undefined).value;
}

function entry(draw: number, calmness: number): number {
  if (draw % calmness !== 0) return 0;
  return 1 + Math.floor(draw / CALMEST);
}
