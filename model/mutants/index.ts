/**
 * The wrong variants of the protocol, by number.
 */
import { parkIgnoresAnswer } from "./01-park-ignores-answer.ts";
import { respondLocksDetailFirst } from "./04-respond-locks-detail-first.ts";
import { respondWithoutRecheck } from "./05-respond-without-recheck.ts";
import { respondResumesAnyState } from "./07-respond-resumes-any-state.ts";
import { sweepDecidesBeforeLock } from "./09-sweep-decides-before-lock.ts";
import type { ProtocolMutant } from "./mutant.ts";

export type { ProtocolMutant } from "./mutant.ts";

/** Every mutant, in the order of their numbers. */
export const mutants: readonly ProtocolMutant[] = [
  parkIgnoresAnswer,
  respondLocksDetailFirst,
  respondWithoutRecheck,
  respondResumesAnyState,
  sweepDecidesBeforeLock,
];
