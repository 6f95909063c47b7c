/** R respond, on the pure state: the table of answers, row by row. */
import { whyBadChoice } from "../choice.ts";
import type { RespondInput, RespondResult } from "../respond.ts";
import { refuse } from "../result.ts";
import type { DetailRow, ProtocolState } from "../state.ts";
import { eventOfDetail, resumed } from "./resume.ts";
import { detailOf, taskOf, timeMs, withDetail, type Transition } from "./transition.ts";

/** The answer is stored, and the waiting task is scheduled with it; or nothing changes. */
export function respondStep(state: ProtocolState, input: RespondInput): Transition<RespondResult> {
  const id = input.taskInstanceId;
  const task = taskOf(state, id);
  const detail = detailOf(state, id);
  if (input.chosenOptions.length === 0) return { result: refuse(422, "no option chosen"), state };
  if (task === undefined) return { result: refuse(404, "no such task instance"), state };
  if (detail === undefined) return { result: refuse(404, "never asked"), state };
  if (detail.respondedMs !== null) return { result: refuse(409, "answered already"), state };
  if (detail.createdMs !== timeMs(input.createdAt) || detail.invocationId !== task.invocationId) {
    return { result: refuse(409, "an older request"), state };
  }
  if (
    detail.assignees.length > 0 &&
    !detail.assignees.some(({ id: assigned }) => assigned === input.user.id)
  ) {
    return { result: refuse(403, "not an assignee"), state };
  }
  const bad = whyBadChoice(detail, input);
  if (bad !== undefined) return { result: refuse(400, bad), state };

  const nowMs = timeMs(input.now);
  const answered: DetailRow = {
    ...detail,
    respondedMs: nowMs,
    respondedBy: input.user,
    chosenOptions: input.chosenOptions,
    paramsInput: input.paramsInput,
  };
  const event = eventOfDetail(answered);
  if (task.state === "running" || task.state === "deferred") {
    return { result: { status: 200, state: task.state }, state: withDetail(state, answered) };
  }
  if (task.state !== "awaiting_input" || event === undefined) {
    return { result: refuse(409, `the task is ${task.state}`), state };
  }
  return {
    result: { status: 200, state: "scheduled" },
    state: resumed(withDetail(state, answered), id, event, nowMs),
  };
}
