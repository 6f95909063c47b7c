/** P park, on the pure state. */
import type { ParkInput, ParkResult } from "../park.ts";
import { refuse } from "../result.ts";
import type { ProtocolState } from "../state.ts";
import { eventOfDetail, resumed } from "./resume.ts";
import { detailOf, taskOf, timeMs, withTask, type Transition } from "./transition.ts";

/** The running task waits afterwards, or is scheduled where its request has an answer. */
export function parkStep(state: ProtocolState, input: ParkInput): Transition<ParkResult> {
  const id = input.taskInstanceId;
  const task = taskOf(state, id);
  if (task === undefined) return { result: refuse(404, "no such task instance"), state };
  if (task.invocationId !== input.invocationId) return { result: refuse(409, "another invocation"), state };
  if (task.state === "awaiting_input" || task.state === "scheduled") {
    return { result: { status: 200, state: task.state }, state };
  }
  if (task.state !== "running") return { result: refuse(409, `the task is ${task.state}`), state };
  const detail = detailOf(state, id);
  if (detail?.invocationId !== input.invocationId) return { result: refuse(409, "asked nothing"), state };

  const nowMs = timeMs(input.now);
  const parked = withTask(state, id, {
    state: "awaiting_input",
    triggerId: null,
    triggerTimeoutMs: input.timeoutMs === null ? null : nowMs + input.timeoutMs,
    nextMethod: input.nextMethod,
    nextKwargs: input.nextKwargs,
  });
  const event = eventOfDetail(detail);
  if (event === undefined) return { result: { status: 200, state: "awaiting_input" }, state: parked };
  return { result: { status: 200, state: "scheduled" }, state: resumed(parked, id, event, nowMs) };
}
