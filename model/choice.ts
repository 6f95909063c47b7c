/**
 * Checks an answer against the request that it answers.
 */
import { whyBadParams } from "./params.ts";
import type { Answer, HitlRequest } from "./request.ts";

/** Says in one sentence why `answer` does not fit `request`, or undefined. */
export function whyBadChoice(
  request: Pick<HitlRequest, "options" | "multiple" | "params">,
  answer: Answer,
): string | undefined {
  const unknown = answer.chosenOptions.filter((option) => !request.options.includes(option));
  if (unknown.length > 0) return `unknown options: ${unknown.join(", ")}`;
  if (answer.chosenOptions.length > 1 && !request.multiple) {
    return `several options without multiple: ${answer.chosenOptions.join(", ")}`;
  }
  return whyBadParams(request.params, answer.paramsInput);
}
