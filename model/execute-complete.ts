/**
 * W worker, in between: what execute_complete makes of the event. Pure; the worker reports the outcome with `finish`.
 */
import { whyBadChoice } from "./choice.ts";
import type { AnswerEvent, ResumeEvent } from "./event.ts";
import { isJsonObject, type Json } from "./json.ts";
import type { HitlRequest } from "./request.ts";
import { FAIL_METHOD } from "./resume.ts";
import type { StartResult } from "./start.ts";

/** How the run ends; `error` names the exception that the operator raises. */
export type ExecuteOutcome =
  | { readonly state: "success"; readonly answer: AnswerEvent }
  | {
      readonly state: "failed";
      readonly error: "HITLTimeoutError" | "HITLTriggerEventError" | "TaskDeferralError";
      readonly message: string;
    };

/** Runs execute_complete of a started run, with the request that its operator had asked. */
export function executeComplete(
  started: Extract<StartResult, { status: 200 }>,
  request: HitlRequest,
): ExecuteOutcome {
  if (started.nextMethod === FAIL_METHOD) {
    return { state: "failed", error: "TaskDeferralError", message: JSON.stringify(started.nextKwargs) };
  }
  const event = eventOf(started.nextKwargs);
  if (event === undefined) {
    return { state: "failed", error: "TaskDeferralError", message: "next_kwargs has no event" };
  }
  if ("error" in event) {
    const error = event.error_type === "timeout" ? "HITLTimeoutError" : "HITLTriggerEventError";
    return { state: "failed", error, message: event.error };
  }
  const bad = whyBadChoice(request, { chosenOptions: event.chosen_options, paramsInput: event.params_input });
  if (bad !== undefined) return { state: "failed", error: "HITLTriggerEventError", message: bad };
  return { state: "success", answer: event };
}

/** The event in next_kwargs, or undefined. */
export function eventOf(nextKwargs: Json): ResumeEvent | undefined {
  if (!isJsonObject(nextKwargs)) return undefined;
  const event = nextKwargs["event"];
  return event !== undefined && isJsonObject(event) ? (event as ResumeEvent) : undefined;
}
