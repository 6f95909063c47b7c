/**
 * What a mutant is: the reference with one operation replaced, and the promise that breaks.
 *
 * Mutants are derived from the reference through its query port (see derive.ts); the reference knows nothing of them.
 */
import type { Protocol } from "../protocol.ts";

/** A wrong variant of the protocol. */
export interface ProtocolMutant {
  /** Its number; what `--mutant` takes. */
  readonly id: number;
  readonly title: string;
  /** Names of the invariants that it breaks. */
  readonly violates: readonly string[];
  /** The shortest interleaving that shows it. */
  readonly shortest: string;
  readonly protocol: Protocol;
  /** Why no interleaving can tell it from the reference; absent where one can. */
  readonly equivalent?: string;
  /** The statement that it sends and the reference does not; absent where it does more than to change one statement. */
  readonly sends?: string;
}
