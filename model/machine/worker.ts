/** W worker (start and finish), K enqueue and M mark, on the pure state. */
import type { EnqueueInput, EnqueueResult } from "../enqueue.ts";
import type { FinishInput, FinishResult } from "../finish.ts";
import type { MarkInput, MarkResult } from "../mark.ts";
import { refuse } from "../result.ts";
import type { StartInput, StartResult } from "../start.ts";
import type { ProtocolState } from "../state.ts";
import { taskOf, withTask, type Transition } from "./transition.ts";

/** A scheduled task is queued. */
export function enqueueStep(state: ProtocolState, input: EnqueueInput): Transition<EnqueueResult> {
  if (taskOf(state, input.taskInstanceId)?.state !== "scheduled") {
    return { result: refuse(409, "not scheduled"), state };
  }
  return { result: { status: 200 }, state: withTask(state, input.taskInstanceId, { state: "queued" }) };
}

/** A queued task runs under the new invocation; the same invocation again changes nothing. */
export function startStep(state: ProtocolState, input: StartInput): Transition<StartResult> {
  const { taskInstanceId: id, invocationId } = input;
  const task = taskOf(state, id);
  if (task === undefined) return { result: refuse(409, "not queued"), state };
  const result: StartResult = { status: 200, nextMethod: task.nextMethod, nextKwargs: task.nextKwargs };
  if (task.state === "queued")
    return { result, state: withTask(state, id, { state: "running", invocationId }) };
  if (task.state === "running" && task.invocationId === invocationId) return { result, state };
  return { result: refuse(409, "not queued"), state };
}

/** The run that holds the task ends it. */
export function finishStep(state: ProtocolState, input: FinishInput): Transition<FinishResult> {
  const { taskInstanceId: id, invocationId, state: to } = input;
  const task = taskOf(state, id);
  if (task === undefined || task.invocationId !== invocationId) {
    return { result: refuse(409, "another invocation"), state };
  }
  if (task.state === to) return { result: { status: 200, state: to }, state };
  if (task.state !== "running") return { result: refuse(409, `the task is ${task.state}`), state };
  const ended = { state: to, nextMethod: null, nextKwargs: null, triggerTimeoutMs: null };
  return { result: { status: 200, state: to }, state: withTask(state, id, ended) };
}

/** The task is in the state that somebody gave it, whatever it was in. */
export function markStep(state: ProtocolState, input: MarkInput): Transition<MarkResult> {
  const { taskInstanceId: id, state: to } = input;
  const task = taskOf(state, id);
  if (task === undefined) return { result: refuse(404, "no such task instance"), state };
  const result: MarkResult = { status: 200, state: to, from: task.state };
  if (task.state === to) return { result, state };
  const idle = { nextMethod: null, nextKwargs: null, triggerId: null, triggerTimeoutMs: null };
  return { result, state: withTask(state, id, { state: to, ...idle }) };
}
