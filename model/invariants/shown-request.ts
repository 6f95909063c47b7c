/** I11: the answer belongs to the request that was shown. */
import type { AskInput } from "../ask.ts";
import { sameJson } from "../json.ts";
import { detailOf, timeMs } from "../machine/transition.ts";
import type { RespondInput } from "../respond.ts";
import type { Invariant, View } from "./view.ts";

/** At every commit of an ask: the stored request is the one that was asked. Of a respond: it answers the form it names. */
export const shownRequest: Invariant = {
  name: "I11",
  promise: "An answer goes to the request that was shown, and what is shown is what was asked.",
  check: (view) => askedOtherwise(view) ?? answeredAnother(view),
};

function askedOtherwise({ before, after, operation }: View): string | undefined {
  if (operation?.name !== "ask") return undefined;
  const { taskInstanceId: id, request, invocationId } = operation.input as AskInput;
  const is = detailOf(after, id);
  if (is === undefined || sameJson(is, detailOf(before, id)) || is.invocationId !== invocationId)
    return undefined;
  const { subject, body, options, defaults, multiple, params, assignees } = is;
  if (sameJson(request, { subject, body, options, defaults, multiple, params, assignees })) return undefined;
  return `hitl_detail ${id} shows "${subject}" with ${JSON.stringify(options)}, but "${request.subject}" with ${JSON.stringify(request.options)} was asked`;
}

function answeredAnother({ before, after, operation }: View): string | undefined {
  if (operation?.name !== "respond" && operation?.name !== "record") return undefined;
  const { taskInstanceId: id, createdAt } = operation.input as RespondInput;
  const is = detailOf(after, id);
  if (is === undefined || is.respondedMs === null || sameJson(is, detailOf(before, id))) return undefined;
  if (is.createdMs === timeMs(createdAt)) return undefined;
  return `hitl_detail ${id} of ${is.createdMs} took an answer that was given to the form of ${timeMs(createdAt)}`;
}
