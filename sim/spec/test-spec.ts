/**
 * A test specification as isolationtester defines it (README of PostgreSQL's src/test/isolation), as plain data.
 */

/** A whole specification. */
export interface TestSpec {
  /** Scripts run before each permutation, each one sent on its own. */
  readonly setups: readonly string[];
  readonly teardown: string | undefined;
  readonly sessions: readonly SpecSession[];
  /** Empty where the file names none: then all interleavings are run. */
  readonly permutations: readonly Permutation[];
  /** Steps that no named permutation uses, in alphabetical order. */
  readonly unusedSteps: readonly string[];
}

/** One session: a connection of its own. */
export interface SpecSession {
  readonly name: string;
  readonly setup: string | undefined;
  readonly steps: readonly Step[];
  readonly teardown: string | undefined;
}

/** Statements that are sent together. */
export interface Step {
  /** Unique in the specification. */
  readonly name: string;
  readonly sql: string;
  /** Index of its session. */
  readonly session: number;
}

/** An order in which steps are launched. */
export type Permutation = readonly PermutationStep[];

/** A step in its place in a permutation. */
export interface PermutationStep {
  readonly step: Step;
  /** Conditions that hold back the report of its completion. */
  readonly blockers: readonly Blocker[];
}

/** What has to happen before a step is reported as completed. */
export type Blocker =
  /** `*`: it is reported as waiting once, whatever happens. */
  | { readonly kind: "once" }
  /** Another step is not running. */
  | { readonly kind: "step"; readonly step: Step }
  /** The session of `step` has sent so many notices since this step was launched. */
  | { readonly kind: "notices"; readonly step: Step; readonly count: number };
