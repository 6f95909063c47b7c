/**
 * Two promises that the reference keeps by its respond table, told one by one for variants that break them.
 */
import { detailOf, taskOf } from "../machine/transition.ts";
import { whyBadParams } from "../params.ts";
import type { DetailRow } from "../state.ts";
import { firstOf, type Invariant, type View } from "./view.ts";

const DELIVERING: readonly (string | null)[] = ["running", "awaiting_input", "deferred"];

/** At every commit of a response: somebody will deliver what it stored. */
export const silentRecord: Invariant = {
  name: "silent-record",
  promise: "An answer is acknowledged only where it will be delivered.",
  check: (view) =>
    answeredNow(view, ({ taskInstanceId: id }) => {
      const state = taskOf(view.before, id)?.state ?? null;
      if (DELIVERING.includes(state)) return undefined;
      return `hitl_detail ${id} took an answer while task_instance ${id} was ${state}: nobody will deliver it`;
    }),
};

/** At every commit of a response: what it stored fits the form. */
export const checkedParams: Invariant = {
  name: "checked-params",
  promise: "An answer that is acknowledged fits the form's schema.",
  check: (view) =>
    answeredNow(view, ({ taskInstanceId: id, params, paramsInput }) => {
      const why = whyBadParams(params, paramsInput ?? {});
      return why === undefined ? undefined : `hitl_detail ${id} took an answer whose ${why}`;
    }),
};

function answeredNow(
  { before, after, operation }: View,
  check: (detail: DetailRow) => string | undefined,
): string | undefined {
  if (operation?.name !== "respond") return undefined;
  return firstOf(after.details, (detail) => {
    const was = detailOf(before, detail.taskInstanceId);
    return detail.respondedMs !== null && was?.respondedMs === null ? check(detail) : undefined;
  });
}
