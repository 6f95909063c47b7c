/**
 * The promises of the protocol, by when they are checked.
 */
import { asMachine } from "./as-machine.ts";
import { atomicAnswer } from "./atomic-answer.ts";
import { deadline } from "./deadline.ts";
import { eventIsAnswer } from "./event-is-answer.ts";
import { noLockCycle } from "./no-lock-cycle.ts";
import { noResurrection } from "./no-resurrection.ts";
import { noStrandedAnswer } from "./no-stranded-answer.ts";
import { oneAnswer } from "./one-answer.ts";
import { oneResume } from "./one-resume.ts";
import type { Invariant } from "./view.ts";

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

/** Checked when a run is over: what only the whole history shows. */
export const atTheEnd: readonly Invariant[] = [oneAnswer, oneResume, noLockCycle];
