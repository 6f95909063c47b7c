/** T legacy (defer, poll, fire) and the recording API server, on the pure state. */
import { whyBadChoice } from "../choice.ts";
import type { DeferInput, DeferResult } from "../defer.ts";
import { timeoutEvent } from "../event.ts";
import type { FireInput, FireResult } from "../fire.ts";
import type { PollInput, PollResult } from "../poll.ts";
import type { RecordResult } from "../record.ts";
import { initialValues } from "../request.ts";
import type { RespondInput } from "../respond.ts";
import { refuse } from "../result.ts";
import type { DetailRow, ProtocolState, TaskRow } from "../state.ts";
import { eventOfDetail, resumed } from "./resume.ts";
import { detailOf, taskOf, timeMs, withDetail, withTask, type Transition } from "./transition.ts";

/** The running task waits with a trigger. */
export function deferStep(state: ProtocolState, input: DeferInput): Transition<DeferResult> {
  const { taskInstanceId: id, invocationId, triggerId, nextMethod, nextKwargs } = input;
  const task = taskOf(state, id);
  if (task === undefined) return { result: refuse(404, "no such task instance"), state };
  if (task.invocationId !== invocationId) return { result: refuse(409, "another invocation"), state };
  if (task.state === "deferred") return { result: { status: 200, state: "deferred" }, state };
  if (task.state !== "running") return { result: refuse(409, `the task is ${task.state}`), state };
  const timeoutMs = input.timeoutMs === null ? null : timeMs(input.now) + input.timeoutMs;
  const columns = { state: "deferred", triggerId, triggerTimeoutMs: timeoutMs, nextMethod, nextKwargs };
  const triggers = [...state.triggers, { id: triggerId, taskInstanceId: id, timeoutMs }];
  return {
    result: { status: 200, state: "deferred" },
    state: { ...withTask(state, id, columns), triggers: triggers.sort((a, b) => a.id - b.id) },
  };
}

/** The answer or the end of the time as an event; the defaults are stored where they are the answer. */
export function pollStep(state: ProtocolState, input: PollInput): Transition<PollResult> {
  const { taskInstanceId: id, triggerId } = input;
  if (waitingFor(state, id, triggerId) === undefined) return { result: refuse(409, "not waiting"), state };
  const nowMs = timeMs(input.now);
  const detail = detailOf(state, id);
  const stored = detail === undefined ? undefined : eventOfDetail(detail);
  if (stored !== undefined) return { result: { status: 200, event: stored }, state };
  const deadlineMs = state.triggers.find((trigger) => trigger.id === triggerId)?.timeoutMs ?? null;
  if (deadlineMs === null || deadlineMs > nowMs) return { result: { status: 200, event: null }, state };
  if (detail === undefined || detail.defaults === null) {
    return { result: { status: 200, event: timeoutEvent() }, state };
  }
  const answered: DetailRow = {
    ...detail,
    respondedMs: nowMs,
    respondedBy: null,
    chosenOptions: detail.defaults,
    paramsInput: initialValues(detail.params),
  };
  const event = eventOfDetail(answered) ?? null;
  return { result: { status: 200, event }, state: withDetail(state, answered) };
}

/** The task that waits for the trigger is scheduled with its answer, or with the event where it has none. */
export function fireStep(state: ProtocolState, input: FireInput): Transition<FireResult> {
  const { taskInstanceId: id, triggerId } = input;
  if (waitingFor(state, id, triggerId) === undefined) return { result: refuse(409, "not waiting"), state };
  const detail = detailOf(state, id);
  const event = (detail === undefined ? undefined : eventOfDetail(detail)) ?? input.event;
  const after = resumed(state, id, event, timeMs(input.now));
  return {
    result: { status: 200 },
    state: { ...after, triggers: state.triggers.filter((trigger) => trigger.id !== triggerId) },
  };
}

/** The request is answered, whatever its task is at. */
export function recordStep(state: ProtocolState, input: RespondInput): Transition<RecordResult> {
  const detail = detailOf(state, input.taskInstanceId);
  if (input.chosenOptions.length === 0) return { result: refuse(422, "no option chosen"), state };
  if (detail === undefined) return { result: refuse(404, "never asked"), state };
  if (detail.respondedMs !== null) return { result: refuse(409, "answered already"), state };
  if (detail.createdMs !== timeMs(input.createdAt)) return { result: refuse(409, "an older form"), state };
  const bad = whyBadChoice(detail, input);
  if (bad !== undefined) return { result: refuse(400, bad), state };
  const answer = {
    respondedMs: timeMs(input.now),
    respondedBy: input.user,
    chosenOptions: input.chosenOptions,
    paramsInput: input.paramsInput,
  };
  return { result: { status: 200 }, state: withDetail(state, { ...detail, ...answer }) };
}

function waitingFor(state: ProtocolState, id: string, triggerId: number): TaskRow | undefined {
  const task = taskOf(state, id);
  return task?.state === "deferred" && task.triggerId === triggerId ? task : undefined;
}
