/** I1: one committed answer per request; every other responder gets 409. */
import { sameJson } from "../json.ts";
import { timeMs } from "../machine/transition.ts";
import type { RespondInput } from "../respond.ts";
import type { DetailRow, ProtocolState } from "../state.ts";
import { firstOf, type Invariant, type OperationCall } from "./view.ts";

/** At every commit: a committed answer stays as it is. At the end: one acknowledged response per request. */
export const oneAnswer: Invariant = {
  name: "I1",
  promise: "A request has one committed answer, and every other responder gets 409.",
  check: ({ before, after, history }) =>
    firstOf(before.details, (old) => changedAnswer(old, after)) ??
    firstOf(after.details, halfAnswer) ??
    acknowledgedTwice(history),
};

/** What has an answer but no responded_at is open to a second one. */
function halfAnswer(detail: DetailRow): string | undefined {
  if (detail.chosenOptions === null || detail.respondedMs !== null) return undefined;
  const request = `hitl_detail ${detail.taskInstanceId} of ${detail.createdMs}`;
  return `${request} has the answer ${inWords(detail)}, but counts as unanswered: responded_at is null`;
}

function changedAnswer(old: DetailRow, after: ProtocolState): string | undefined {
  if (old.respondedMs === null && old.chosenOptions === null) return undefined;
  const now = [...after.details, ...after.history].find(
    (detail) => detail.taskInstanceId === old.taskInstanceId && detail.createdMs === old.createdMs,
  );
  if (now === undefined || sameJson(answerOf(old), answerOf(now))) return undefined;
  const request = `hitl_detail ${old.taskInstanceId} of ${old.createdMs}`;
  return `${request} had the answer ${inWords(old)} and now has ${inWords(now)}`;
}

function acknowledgedTwice(history: readonly OperationCall[]): string | undefined {
  const first = new Map<string, OperationCall>();
  for (const call of history) {
    if (
      !["respond", "record"].includes(call.name) ||
      (call.result as { status?: number } | undefined)?.status !== 200
    )
      continue;
    const input = call.input as RespondInput;
    const request = `${input.taskInstanceId} of ${timeMs(input.createdAt)}`;
    const other = first.get(request);
    if (other !== undefined) {
      return `hitl_detail ${request}: both ${other.actor} and ${call.actor} got 200 for their answer`;
    }
    first.set(request, call);
  }
  return undefined;
}

function answerOf({
  respondedMs,
  respondedBy,
  chosenOptions,
  paramsInput,
}: DetailRow): readonly [
  number | null,
  DetailRow["respondedBy"],
  DetailRow["chosenOptions"],
  DetailRow["paramsInput"],
] {
  return [respondedMs, respondedBy, chosenOptions, paramsInput];
}

function inWords({ respondedBy, chosenOptions }: DetailRow): string {
  const by = respondedBy === null ? "nobody (the defaults)" : respondedBy.name;
  return chosenOptions === null ? "none" : `${JSON.stringify(chosenOptions)} by ${by}`;
}
