/**
 * I8: no lock cycle. A deadlock reaches the history as an operation that failed with 40P01, or as one that was tried
 * again after it: callers of `Protocol` record the retries that `onRetry` tells them in `result.retries`.
 * A deadlock that Postgres found names its circle in the detail; a 40P01 without one was raised by a race as a fault.
 */
import { firstOf, type Invariant } from "./view.ts";

/** At the end. */
export const noLockCycle: Invariant = {
  name: "I8",
  promise: "No two transactions ever wait for each other.",
  check: ({ history }) =>
    firstOf(history, ({ actor, name, result }) => {
      const { error, retries = [] } = (result ?? {}) as { error?: Failure; retries?: readonly Failure[] };
      const deadlock = [error, ...retries].find((failure) => failure?.code === "40P01" && failure.detail);
      if (deadlock === undefined) return undefined;
      return `${name} by ${actor} was the victim of a deadlock: ${deadlock.detail?.replaceAll("\n", " ")}`;
    }),
};

interface Failure {
  readonly code?: string;
  readonly detail?: string;
}
