/**
 * The promises of the protocol, by when they are checked.
 */
import { acknowledgedAnswer } from "./acknowledged-answer.ts";
import { asMachine } from "./as-machine.ts";
import { atomicAnswer } from "./atomic-answer.ts";
import { deadline } from "./deadline.ts";
import { duplicateCall } from "./duplicate-call.ts";
import { eventIsAnswer } from "./event-is-answer.ts";
import { freshTry } from "./fresh-try.ts";
import { noLockCycle } from "./no-lock-cycle.ts";
import { noResurrection } from "./no-resurrection.ts";
import { noStrandedAnswer } from "./no-stranded-answer.ts";
import { oneAnswer } from "./one-answer.ts";
import { oneResume } from "./one-resume.ts";
import { overdueGone } from "./overdue-gone.ts";
import { parkedRun } from "./parked-run.ts";
import { shownRequest } from "./shown-request.ts";
import { slots } from "./slots.ts";
import type { Invariant } from "./view.ts";

export { checkedParams, silentRecord } from "./response-rules.ts";
export { linearizable } from "./linearizable.ts";
export { liveness } from "./liveness.ts";
export type { Invariant, OperationCall, View } from "./view.ts";

/** Checked at every commit; the machine comes last, as the widest. */
export const atEveryCommit: readonly Invariant[] = [
  oneAnswer,
  noStrandedAnswer,
  oneResume,
  eventIsAnswer,
  deadline,
  noResurrection,
  atomicAnswer,
  asMachine,
];

/** Checked at every commit of races whose operations go beyond one task's wait; they need `observeWholeState`. */
export const atEveryCommitOfAll: readonly Invariant[] = [
  ...atEveryCommit.slice(0, -1),
  slots,
  acknowledgedAnswer,
  shownRequest,
  freshTry,
  parkedRun,
  duplicateCall,
  asMachine,
];

/** Checked when such a run is over, beside `linearizable`. */
export const atTheEndOfAll: readonly Invariant[] = [
  oneAnswer,
  oneResume,
  overdueGone,
  noResurrection,
  noLockCycle,
  slots,
  acknowledgedAnswer,
];

/** Checked when a run is over: what only the whole history shows. */
export const atTheEnd: readonly Invariant[] = [oneAnswer, oneResume, noLockCycle];
