/** U ask, on the pure state. */
import type { AskInput, AskResult } from "../ask.ts";
import { whyNotAskable } from "../request.ts";
import { refuse } from "../result.ts";
import type { ProtocolState } from "../state.ts";
import { detailOf, taskOf, timeMs, withArchived, withDetail, type Transition } from "./transition.ts";

/** The task runs under the invocation: its request stands afterwards, unanswered unless this run had asked before. */
export function askStep(state: ProtocolState, input: AskInput): Transition<AskResult> {
  const unaskable = whyNotAskable(input.request);
  if (unaskable !== undefined) return { result: refuse(422, unaskable), state };
  const task = taskOf(state, input.taskInstanceId);
  if (task === undefined) return { result: refuse(404, "no such task instance"), state };
  if (task.state !== "running" || task.invocationId !== input.invocationId) {
    return { result: refuse(409, "not running under this invocation"), state };
  }
  const old = detailOf(state, input.taskInstanceId);
  if (old?.invocationId === input.invocationId) {
    return { result: { status: 200, createdAt: new Date(old.createdMs) }, state };
  }
  const nowMs = timeMs(input.now);
  const createdMs = old === undefined ? nowMs : Math.max(nowMs, old.createdMs + 1);
  const archived = old !== undefined && old.respondedMs !== null ? withArchived(state, old) : state;
  const { subject, body, options, defaults, multiple, params, assignees } = input.request;
  return {
    result: { status: 200, createdAt: new Date(createdMs) },
    state: withDetail(archived, {
      taskInstanceId: input.taskInstanceId,
      invocationId: input.invocationId,
      createdMs,
      subject,
      body,
      options,
      defaults,
      multiple,
      params,
      assignees,
      respondedMs: null,
      respondedBy: null,
      chosenOptions: null,
      paramsInput: null,
    }),
  };
}
