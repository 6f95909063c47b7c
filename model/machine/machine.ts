/**
 * The pure machine: every operation as an atomic step on plain data, and the check that a commit was such a step.
 *
 * It shares with the transactions the types, the events and the rules of a valid request and answer, but none of the
 * decisions: those are written here a second time, without SQL, so that either can show a fault in the other.
 */
import type { Protocol } from "../protocol.ts";
import type { QueueInput } from "../queue.ts";
import type { ScheduleInput } from "../schedule.ts";
import type { ProtocolState } from "../state.ts";
import type { SweepInput } from "../sweep.ts";
import { askStep } from "./ask.ts";
import { clearStep, deleteRunStep, timeoutRunStep } from "./clear.ts";
import { changedTasks, difference, sameState } from "./difference.ts";
import { deferStep, fireStep, pollStep, recordStep } from "./legacy.ts";
import { parkStep } from "./park.ts";
import { respondStep } from "./respond.ts";
import { changedRuns, queueStep, scheduleStep, skipStep } from "./scheduler.ts";
import { sweepStep } from "./sweep.ts";
import type { Transition } from "./transition.ts";
import { enqueueStep, finishStep, markStep, startStep } from "./worker.ts";

/** The operations that are relations, because they skip what somebody else holds. */
type Relation = "sweep" | "schedule" | "queue";

/** The steps by the names of `Protocol`, the relations left out. */
export type Machine = {
  readonly [Name in Exclude<keyof Protocol, Relation>]: (
    state: ProtocolState,
    input: Parameters<Protocol[Name]>[1],
  ) => Transition<Awaited<ReturnType<Protocol[Name]>>>;
};

/** Every operation that is a function of state and input. */
export const machine: Machine = {
  ask: askStep,
  park: parkStep,
  respond: respondStep,
  enqueue: enqueueStep,
  start: startStep,
  finish: finishStep,
  mark: markStep,
  clear: clearStep,
  timeoutRun: timeoutRunStep,
  deleteRun: deleteRunStep,
  defer: deferStep,
  poll: pollStep,
  fire: fireStep,
  record: recordStep,
  skip: skipStep,
};

/**
 * Says in one sentence how the state that the operation committed differs from what the machine allows, or undefined.
 * A commit that changed nothing is allowed: whether the refusal was right depends on when the rows were read, which
 * the history tells, not two states. `input` is the operation's own, also after a trip through JSON.
 */
export function differsFromMachine(
  before: ProtocolState,
  operation: string | undefined,
  input: unknown,
  after: ProtocolState,
): string | undefined {
  if (sameState(before, after)) return undefined;
  const expected = expectedState(before, operation, input, after);
  if (typeof expected === "string") return expected;
  if (expected === undefined)
    return `${operation ?? "no operation"} may not write: ${difference(before, after)}`;
  const different = difference(expected, after);
  return different === undefined ? undefined : `after ${operation}, ${different}`;
}

function expectedState(
  before: ProtocolState,
  operation: string | undefined,
  input: unknown,
  after: ProtocolState,
): ProtocolState | string | undefined {
  if (operation === "sweep") return sweepStep(before, input as SweepInput, changedTasks(before, after));
  if (operation === "schedule") {
    const step = input as ScheduleInput;
    return scheduleStep(before, step, changedRuns(before, after, step.dag));
  }
  if (operation === "queue") return queueStep(before, input as QueueInput, changedTasks(before, after));
  if (operation === undefined || !Object.hasOwn(machine, operation)) return undefined;
  const step = machine[operation as keyof typeof machine] as (
    state: ProtocolState,
    input: unknown,
  ) => { readonly state: ProtocolState };
  return step(before, input).state;
}
