/**
 * Linearizability: a concurrent history is right if some order of its calls, one after the other on the pure machine,
 * gives every answer that was given and the state that was left, and keeps the order of calls that did not overlap.
 *
 * A depth-first search over the calls that may come next (Wing and Gong, "Testing and verifying concurrent objects", 1993),
 * which never looks at the same set of taken calls in the same state twice (Lowe, "Testing for linearizability", 2017).
 * A call that failed or crashed may have had its effect or not; its effect is that of an answer nobody saw.
 */
import type { OperationCall } from "../invariants/view.ts";
import type { ProtocolState } from "../state.ts";
import { difference } from "./difference.ts";
import { explainCall } from "./explain.ts";
import { effectOf } from "./unseen-effect.ts";

/** Configurations that one search looks at before it gives up; a finding then says so. */
const MAX_CONFIGURATIONS = 20_000;

/** One sentence that says how far the best explanation of `history` gets, or undefined where there is one. */
export function explainHistory(
  initial: ProtocolState,
  history: readonly OperationCall[],
  final: ProtocolState,
): string | undefined {
  const calls = history.map((call, index) => ({ call, index }));
  const seen = new Set<string>();
  let longest: { readonly taken: readonly number[]; readonly why: string } = { taken: [], why: "" };

  const search = (state: ProtocolState, taken: readonly number[]): boolean => {
    const key = `${[...taken].sort((a, b) => a - b).join()} ${JSON.stringify(state)}`;
    if (seen.has(key) || seen.size >= MAX_CONFIGURATIONS) return false;
    seen.add(key);
    const open = calls.filter(({ index }) => !taken.includes(index));
    const note = (why: string): void => {
      if (longest.why === "" || taken.length > longest.taken.length) longest = { taken, why };
    };
    if (open.every(({ call }) => !isAnswered(call))) {
      const different = difference(state, final);
      if (different === undefined) return true;
      note(`afterwards ${different}`);
    }
    for (const { call, index } of open) {
      if (open.some(({ call: other }) => precedes(other, call))) continue;
      const after = isAnswered(call) ? explainCall(state, call) : effectOf(state, call);
      if (typeof after === "string") note(`${call.actor}: ${after}`);
      else if (search(after, [...taken, index])) return true;
    }
    return false;
  };

  if (search(initial, [])) return undefined;
  const order = longest.taken.map((index) => nameOf(history[index] as OperationCall)).join(", ");
  const bound =
    seen.size >= MAX_CONFIGURATIONS ? ` (the search ended at its bound of ${MAX_CONFIGURATIONS})` : "";
  return `no order of the calls explains the history${bound}; after ${order || "nothing"}: ${longest.why}`;
}

function isAnswered({ result }: OperationCall): boolean {
  return result !== undefined && (result as { readonly status?: number }).status !== undefined;
}

/** True where `one` was answered before `other` was called; a call without an answer precedes nobody. */
function precedes(one: OperationCall, other: OperationCall): boolean {
  if (!isAnswered(one) || one.endStep === undefined || other.beginStep === undefined) return false;
  return one.endStep < other.beginStep;
}

function nameOf({ actor, name }: OperationCall): string {
  return `${name} by ${actor}`;
}
