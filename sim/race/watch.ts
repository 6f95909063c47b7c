/**
 * What a run tells while it goes on, to whoever has to know what each step touched: the exhaustive search, whose reduction
 * rests on which steps depend on each other.
 */
import type { Move } from "../engine/port.ts";

/** Something that happened in a run. What is told between two choices belongs to the step that was chosen first. */
export type Seen =
  /** A session moved the engine: a statement (BEGIN as well), or the timeout of the statement with which it waited. */
  | { readonly kind: "move"; readonly session: string; readonly text: string; readonly move: Move }
  /** Virtual time was read, by an actor, by an operation's record, by an invariant, or to set a timeout. */
  | { readonly kind: "clock-read" }
  /** A sleep, a timeout or a statement (pg_sleep) moved the clock. */
  | { readonly kind: "clock-moved" }
  /** An actor went on that had waited for all others to finish. */
  | { readonly kind: "joined" }
  /** An operation of the history ended; an invariant looked at how (or whether). It is named by where it began. */
  | { readonly kind: "operation-ended"; readonly actor: string; readonly beginStep: number }
  | { readonly kind: "operation-read"; readonly actor: string; readonly beginStep: number }
  /** The run is over; `state` is the committed state. */
  | { readonly kind: "finished"; readonly state: unknown };

/** Takes what a run tells. */
export type RunWatch = (seen: Seen) => void;
