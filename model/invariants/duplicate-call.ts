/** I14: duplicate delivery of any call has no second effect. */
import { sameState } from "../machine/difference.ts";
import { firstOf, statusOf, type Invariant, type OperationCall } from "./view.ts";

/** At every commit: it is not that of a call whose like has been answered 200 before. */
export const duplicateCall: Invariant = {
  name: "I14",
  promise: "A call that is delivered again has no second effect.",
  check: ({ before, after, operation, history }) => {
    const identity = operation === undefined ? undefined : identityOf(operation);
    if (operation === undefined || identity === undefined || sameState(before, after)) return undefined;
    return firstOf(history, (call) => {
      if (call === operation || statusOf(call) !== 200 || identityOf(call) !== identity) return undefined;
      return `${operation.name} by ${operation.actor} was delivered again (${identity}), and wrote again`;
    });
  },
};

/** What makes two calls the same one; undefined for calls that may be made as often as one likes. */
function identityOf({ name, input }: OperationCall): string | undefined {
  const columns = IDENTITY[name];
  if (columns === undefined) return undefined;
  const { user, ...fields } = input as Record<string, unknown> & { readonly user?: { readonly id: string } };
  return [name, ...columns.map((column) => String(fields[column])), user?.id ?? ""].join(" ").trim();
}

const IDENTITY: Readonly<Record<string, readonly string[]>> = {
  ask: ["taskInstanceId", "invocationId"],
  park: ["taskInstanceId", "invocationId"],
  defer: ["taskInstanceId", "invocationId"],
  start: ["taskInstanceId", "invocationId"],
  finish: ["taskInstanceId", "invocationId"],
  respond: ["taskInstanceId", "createdAt"],
  clear: ["newId"],
  fire: ["taskInstanceId", "triggerId"],
  timeoutRun: ["dagId", "runId"],
  deleteRun: ["dagId", "runId"],
};
