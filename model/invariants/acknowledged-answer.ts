/** I10: an answer acknowledged with 200 is never erased within its request. */
import { timeMs } from "../machine/transition.ts";
import type { RespondInput } from "../respond.ts";
import type { DetailRow, ProtocolState } from "../state.ts";
import { firstOf, statusOf, type Invariant } from "./view.ts";

/** At every commit and at the end; a run that somebody deletes takes its answers along. */
export const acknowledgedAnswer: Invariant = {
  name: "I10",
  promise: "An answer that was acknowledged stays with its request, also in the history.",
  check: ({ before, after, operation, history }) => {
    if (operation?.name === "deleteRun") return undefined;
    const erased = firstOf(before.details, (was) =>
      was.respondedMs === null
        ? undefined
        : lost(was, after, `the answer by ${was.respondedBy?.name ?? "the defaults"}`),
    );
    if (erased !== undefined || operation !== undefined) return erased;
    if (history.some((call) => call.name === "deleteRun" && statusOf(call) === 200)) return undefined;
    return firstOf(history, (call) => {
      if (!["respond", "record"].includes(call.name) || statusOf(call) !== 200) return undefined;
      const { taskInstanceId, createdAt, user } = call.input as RespondInput;
      return lost(
        { taskInstanceId, createdMs: timeMs(createdAt) },
        after,
        `the answer by ${user.name}, which got 200,`,
      );
    });
  },
};

function lost(
  { taskInstanceId: id, createdMs }: Pick<DetailRow, "taskInstanceId" | "createdMs">,
  { details, history }: ProtocolState,
  what: string,
): string | undefined {
  const stored = [...details, ...history].find(
    (detail) => detail.taskInstanceId === id && detail.createdMs === createdMs,
  );
  if (stored === undefined)
    return `${what} is gone with hitl_detail ${id} of ${createdMs}, and in no history`;
  return stored.respondedMs === null ? `${what} is erased from hitl_detail ${id} of ${createdMs}` : undefined;
}
