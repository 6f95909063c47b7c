/** Resume, on the pure state. */
import type { AnswerEvent, ResumeEvent } from "../event.ts";
import { isJsonObject } from "../json.ts";
import { FAIL_METHOD, KWARGS_ERROR } from "../resume.ts";
import type { DetailRow, ProtocolState } from "../state.ts";
import { taskOf, withTask } from "./transition.ts";

/** The task is scheduled with the event, or with `__fail__` where its next_kwargs cannot carry one. */
export function resumed(state: ProtocolState, id: string, event: ResumeEvent, nowMs: number): ProtocolState {
  const kwargs = taskOf(state, id)?.nextKwargs ?? {};
  const carried = isJsonObject(kwargs)
    ? { nextKwargs: { ...kwargs, event } }
    : { nextMethod: FAIL_METHOD, nextKwargs: { error: KWARGS_ERROR } };
  return withTask(state, id, {
    state: "scheduled",
    scheduledMs: nowMs,
    triggerId: null,
    triggerTimeoutMs: null,
    ...carried,
  });
}

/** The event that a stored answer must be delivered as; undefined where there is no answer. */
export function eventOfDetail(detail: DetailRow): AnswerEvent | undefined {
  if (detail.respondedMs === null) return undefined;
  return {
    chosen_options: detail.chosenOptions ?? [],
    params_input: detail.paramsInput ?? {},
    responded_at: new Date(detail.respondedMs).toISOString(),
    responded_by_user: detail.respondedBy,
    timedout: detail.respondedBy === null,
  };
}
