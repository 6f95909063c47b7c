/**
 * What an invariant is, and what it looks at. Structural: the harness's own views and records satisfy these types.
 */
import type { ProtocolState } from "../state.ts";

/** One call of an operation. */
export interface OperationCall {
  readonly actor: string;
  /** A name of `Protocol`. */
  readonly name: string;
  readonly input: unknown;
  /** What it returned, or `{ error }`; absent while it is under way. */
  readonly result?: unknown;
  /** Steps of the run before which it began and after which it ended; they order what did not overlap. */
  readonly beginStep?: number;
  readonly endStep?: number;
  /** Virtual milliseconds since 1970. */
  readonly beginMs?: number;
}

/** The committed state before and after one commit (at the end of a run both are the last state). */
export interface View {
  readonly before: ProtocolState;
  readonly after: ProtocolState;
  /** Whose commit it was; undefined at the end. */
  readonly actor: string | undefined;
  /** The operation that committed; undefined at the end and outside an operation. */
  readonly operation: OperationCall | undefined;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  /** All calls so far, in the order in which they began. */
  readonly history: readonly OperationCall[];
  /** What the run was made with; absent in hand-made views. */
  readonly data?: unknown;
}

/** A named promise of the protocol. */
export interface Invariant {
  /** e.g. "I2". */
  readonly name: string;
  /** The promise in one sentence. */
  readonly promise: string;
  /** undefined where it holds, else one sentence that names the offending rows. */
  readonly check: (view: View) => string | undefined;
}

/** The first sentence that `check` has about one of `items`. */
export function firstOf<Item>(
  items: readonly Item[],
  check: (item: Item) => string | undefined,
): string | undefined {
  for (const item of items) {
    const sentence = check(item);
    if (sentence !== undefined) return sentence;
  }
  return undefined;
}

/** The status that a call answered with, or undefined while it is under way and where it failed. */
export function statusOf({ result }: OperationCall): number | undefined {
  return (result as { readonly status?: number } | undefined)?.status;
}
