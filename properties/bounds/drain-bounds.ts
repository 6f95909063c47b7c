/**
 * The bounds of a drain, as predicates over the trace of one run: each gives a sentence where it is broken.
 */
import type { SweepResult } from "../../model/sweep.ts";
import type { RunResult } from "../../sim/trace/trace.ts";
import { LIMIT, STATEMENTS_OF_A_SWEEP, TASKS } from "./drain-race.ts";

/** A bound on one run. */
export type Bound = (run: RunResult) => string | undefined;

/** No sweep waits for a lock. */
export const sweepsDoNotWait: Bound = ({ steps }) => {
  const waiting = steps.find(
    ({ session, outcome }) => session.startsWith("sweep") && outcome.kind === "waiting",
  );
  return waiting && `${waiting.session} waited at step ${waiting.step}.`;
};

/** No task is resumed by two sweeps. */
export const nothingTwice: Bound = (run) => {
  const resumed = resumedBySweeps(run);
  const twice = resumed.find((id, index) => resumed.indexOf(id) < index);
  return twice && `${twice} was resumed twice.`;
};

/** The first ceil(n / limit) sweeps, however they interleave, resume all n tasks, if nobody else is there. */
export const allAreGone: Bound = (run) => {
  const gone = new Set(resumedBySweeps(run)).size;
  return gone === TASKS ? undefined : `${gone} of ${TASKS} tasks were resumed, in batches of ${LIMIT}.`;
};

/** A response waits once at most, and for no more statements of that sweep than a batch has. */
export const responseWaitsForOneBatch: Bound = ({ steps }) => {
  const waits = steps.filter(({ session, outcome }) => session === "person" && outcome.kind === "waiting");
  if (waits.length > 1) return `The response waited ${waits.length} times.`;
  const [began] = waits;
  if (began?.outcome.kind !== "waiting") return undefined;
  const ended = steps.find(({ settled }) =>
    settled.some(({ session, outcome }) => session === "person" && outcome.kind !== "waiting"),
  );
  const holder = began.outcome.wait.for[0];
  const between = steps.filter(
    ({ session, step }) => session === holder && step > began.step && step <= (ended?.step ?? Infinity),
  );
  return between.length < STATEMENTS_OF_A_SWEEP
    ? undefined
    : `The response waited for ${between.length} statements of ${holder}.`;
};

function resumedBySweeps({ history }: RunResult): readonly string[] {
  return history
    .filter(({ name }) => name === "sweep")
    .flatMap(({ result }) => (result as SweepResult | undefined)?.resumed ?? [])
    .map(({ taskInstanceId }) => taskInstanceId);
}
