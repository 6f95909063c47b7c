/**
 * The scheduler: what decides who goes next. Strategies, replay and drawn arrays all implement it.
 */

/** A choice that the run loop asks for. */
export interface Choice {
  /** The session that made the last step, if any. */
  readonly current: string | undefined;
  /** Who can be chosen: `current` first if it can go on, then the others in the race's order. At least one. */
  readonly enabled: readonly string[];
  /**
   * Tells of the one at `index` of `enabled` the statement that is its next step; undefined where that is a sleep or a timeout.
   * The run loop gives it with every "step"; it may be asked until the choice is made.
   */
  readonly pending?: ((index: number) => string | undefined) | undefined;
  /** "step": who makes the next step; "victim": which member of a deadlock fails. */
  readonly kind: "step" | "victim";
}

/** Decides each step of a run. */
export interface Scheduler {
  /** An index into `choice.enabled`; larger numbers count round. 0 goes on with the same session. */
  next(choice: Choice): number;
}
