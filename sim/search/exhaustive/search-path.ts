/**
 * The path of a depth-first search through the tree of choices, which every run follows from the root.
 */
import type { Choice } from "../../race/scheduler.ts";
import { SwitchyardError } from "../../switchyard-error.ts";

/** A choice on the path. */
export interface PathNode {
  readonly kind: Choice["kind"];
  readonly enabled: readonly string[];
  /** Index of the present choice. */
  chosen: number;
}

/** Throws SwitchyardError "nondeterministic" unless `choice` is the one that an earlier run met at `node`. */
export function expectSame(node: PathNode, choice: Choice): void {
  if (node.kind === choice.kind && node.enabled.join() === choice.enabled.join()) return;
  throw new SwitchyardError(
    "nondeterministic",
    `The same choices led to another one: ${node.kind} of ${node.enabled.join(", ")} before, ${choice.kind} of ${choice.enabled.join(", ")} now.`,
    "Take time and random numbers in actors from their context only, and keep no state between runs.",
  );
}
