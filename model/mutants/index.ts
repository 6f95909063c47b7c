/**
 * The wrong variants of the protocol, by number. 1 to 28 are those of the protocol's description; 29 to 31 are the second
 * halves of 24, 23 and 25.
 */
import { parkIgnoresAnswer } from "./01-park-ignores-answer.ts";
import { parkReadsBeforeLock } from "./02-park-reads-before-lock.ts";
import { respondReadsTaskUnlocked } from "./03-respond-reads-task-unlocked.ts";
import { respondLocksDetailFirst } from "./04-respond-locks-detail-first.ts";
import { respondWithoutRecheck } from "./05-respond-without-recheck.ts";
import { answerAndResumeApart } from "./06-answer-and-resume-apart.ts";
import { respondResumesAnyState } from "./07-respond-resumes-any-state.ts";
import { respondIgnoresGoneRow } from "./08-respond-ignores-gone-row.ts";
import { sweepDecidesBeforeLock } from "./09-sweep-decides-before-lock.ts";
import { sweepAnyState } from "./10-sweep-any-state.ts";
import { oldDeadlineKept } from "./11-old-deadline-kept.ts";
import { sweepBlocksUnordered } from "./12-sweep-blocks-unordered.ts";
import { badRowAbortsBatch } from "./13-bad-row-aborts-batch.ts";
import { sweepRetriesStale } from "./14-sweep-retries-stale.ts";
import { defaultWithoutTime } from "./15-default-without-time.ts";
import { parkLocksRunToo } from "./16-park-locks-run-too.ts";
import { askErasesAnswer } from "./17-ask-erases-answer.ts";
import { askKeepsOldText } from "./18-ask-keeps-old-text.ts";
import { respondToAnyForm } from "./19-respond-to-any-form.ts";
import { clearKeepsNextMethod } from "./20-clear-keeps-next-method.ts";
import { clearWritesBlindly } from "./21-clear-writes-blindly.ts";
import { parkByAnyRun } from "./22-park-by-any-run.ts";
import { parkMovesDeadline } from "./23-park-moves-deadline.ts";
import { fastPathDropsMethod } from "./24-fast-path-drops-method.ts";
import { parkedLooksDeadlocked } from "./25-parked-looks-deadlocked.ts";
import { triggerWritesStaleDefault } from "./26-trigger-writes-stale-default.ts";
import { eventWithoutGuard } from "./27-event-without-guard.ts";
import { runTimeoutStale } from "./28-run-timeout-stale.ts";
import { lateSuccessHonoured } from "./29-late-success-honoured.ts";
import { repeatedParkRefused } from "./30-repeated-park-refused.ts";
import { parkedHoldsSlot } from "./31-parked-holds-slot.ts";
import type { ProtocolMutant } from "./mutant.ts";

export type { ProtocolMutant } from "./mutant.ts";

/** Every mutant, in the order of their numbers. */
export const mutants: readonly ProtocolMutant[] = [
  parkIgnoresAnswer,
  parkReadsBeforeLock,
  respondReadsTaskUnlocked,
  respondLocksDetailFirst,
  respondWithoutRecheck,
  answerAndResumeApart,
  respondResumesAnyState,
  respondIgnoresGoneRow,
  sweepDecidesBeforeLock,
  sweepAnyState,
  oldDeadlineKept,
  sweepBlocksUnordered,
  badRowAbortsBatch,
  sweepRetriesStale,
  defaultWithoutTime,
  parkLocksRunToo,
  askErasesAnswer,
  askKeepsOldText,
  respondToAnyForm,
  clearKeepsNextMethod,
  clearWritesBlindly,
  parkByAnyRun,
  parkMovesDeadline,
  fastPathDropsMethod,
  parkedLooksDeadlocked,
  triggerWritesStaleDefault,
  eventWithoutGuard,
  runTimeoutStale,
  lateSuccessHonoured,
  repeatedParkRefused,
  parkedHoldsSlot,
];

/** The mutants with these numbers. Throws where there is none. */
export function mutantsOf(...ids: readonly number[]): readonly ProtocolMutant[] {
  return ids.map((id) => {
    const mutant = mutants.find((candidate) => candidate.id === id);
    if (mutant === undefined) throw new Error(`There is no mutant ${id}.`);
    return mutant;
  });
}
