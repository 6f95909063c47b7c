/**
 * One step of a run as the exhaustive search sees it, and when two of them depend on each other.
 */
import { conflict, unionOf } from "../../dependence/access.ts";
import type { ObservedStep } from "../../dependence/access-tracker.ts";

/** A step: who went, who could have gone, and what it touched. */
export interface SearchEvent extends ObservedStep {
  readonly session: string;
  /** Sessions that could have been chosen in its place, itself included. */
  readonly enabled: readonly string[];
  /** Who was chosen to fail in the deadlocks that it closed. */
  readonly victims: readonly string[];
}

/** What is known of a step before it is made again. */
export type KnownStep = Pick<SearchEvent, "session" | "accesses" | "woke">;

/**
 * Whether the order of two steps can matter: they are of one session, or go on with one, or touch one thing in conflicting
 * ways.
 */
export function areDependent(one: KnownStep, other: KnownStep): boolean {
  if (one.session === other.session) return true;
  if (one.woke.has(other.session) || other.woke.has(one.session)) return true;
  for (const session of one.woke) if (other.woke.has(session)) return true;
  return conflict(one.accesses, other.accesses);
}

/** A step that may go as either of two (a deadlock's victim may be one or another). */
export function eitherOf(one: KnownStep, other: KnownStep): KnownStep {
  return {
    session: one.session,
    accesses: unionOf(one.accesses, other.accesses),
    woke: new Set([...one.woke, ...other.woke]),
  };
}
