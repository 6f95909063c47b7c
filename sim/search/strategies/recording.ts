/**
 * Records what another scheduler chooses, in the form that shrinks.
 */
import type { Scheduler } from "../../race/scheduler.ts";

/** A scheduler and what it chose so far. */
export interface Recording extends Scheduler {
  /**
   * The choices among two or more, as small numbers: `arraySchedule` of them makes the same run, 0 went on with the same
   * session.
   */
  readonly choices: readonly number[];
}

/** Chooses as `inner` does. */
export function recording(inner: Scheduler): Recording {
  const choices: number[] = [];
  return {
    choices,
    next(choice) {
      const { length } = choice.enabled;
      const index = inner.next(choice) % length;
      if (length > 1) choices.push(index);
      return index;
    },
  };
}
