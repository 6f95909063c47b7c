/**
 * The sizes of the benchmarks: those that the promises are about, and small ones for every day.
 */

/** Sizes and rounds of all cases. */
export interface Scale {
  readonly name: "quick" | "full";
  readonly sweepCost: {
    /** Parked tasks that are not due. */
    readonly parked: readonly number[];
    readonly due: readonly number[];
    readonly rounds: number;
    /** Backlogs that are looked at with scattered ids too. */
    readonly scattered: readonly number[];
  };
  readonly drain: {
    /** Overdue tasks of each drain. */
    readonly tasks: number;
    readonly schedulers: readonly number[];
  };
  readonly respond: {
    /** Overdue tasks that the schedulers sweep meanwhile. */
    readonly tasks: number;
    readonly schedulers: number;
    readonly responders: number;
    /** Responses that are measured without sweeps. */
    readonly responses: number;
  };
  readonly polling: {
    readonly tasks: number;
    /** Seconds for which each task waits. */
    readonly waitSeconds: number;
    readonly rounds: number;
  };
  readonly singleUpdate: { readonly tasks: number; readonly rounds: number };
  /** Parked tasks whose size is measured. */
  readonly storage: { readonly tasks: number };
  readonly harness: {
    /** Permutations of the three-session race that isolationtester runs in a round; all of them if it has fewer. */
    readonly permutations: number;
    /** How often all of them are run in process before anything is measured. */
    readonly warmUps: number;
    readonly rounds: number;
    /** Repetitions of each small operation in a round. */
    readonly repetitions: number;
  };
}

/** Within three minutes. */
export const QUICK: Scale = {
  name: "quick",
  sweepCost: {
    parked: [1_000, 10_000, 30_000],
    due: [0, 1, 100, 1_000],
    rounds: 3,
    scattered: [1_000, 5_000],
  },
  drain: { tasks: 2_000, schedulers: [1, 2, 4, 8] },
  respond: { tasks: 2_000, schedulers: 2, responders: 2, responses: 100 },
  polling: { tasks: 15, waitSeconds: 60, rounds: 3 },
  singleUpdate: { tasks: 1_000, rounds: 3 },
  storage: { tasks: 20_000 },
  harness: { permutations: 30, warmUps: 2, rounds: 3, repetitions: 60 },
};

/** What the promises are about; some twenty minutes on two cores. */
export const FULL: Scale = {
  name: "full",
  sweepCost: {
    parked: [1_000, 10_000, 100_000, 1_000_000],
    due: [0, 1, 100, 10_000],
    rounds: 10,
    scattered: [1_000, 100_000],
  },
  drain: { tasks: 100_000, schedulers: [1, 2, 4, 8] },
  respond: { tasks: 100_000, schedulers: 4, responders: 4, responses: 1_000 },
  polling: { tasks: 100, waitSeconds: 60, rounds: 5 },
  singleUpdate: { tasks: 20_000, rounds: 5 },
  storage: { tasks: 200_000 },
  harness: { permutations: 491, warmUps: 10, rounds: 5, repetitions: 500 },
};
