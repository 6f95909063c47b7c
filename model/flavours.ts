/**
 * W worker: what the flavours of a HITL operator make of the outcome of execute_complete. Pure; the worker calls `skip`
 * with what is to be skipped, and then `finish`.
 */
import type { ExecuteOutcome } from "./execute-complete.ts";
import type { HitlRequest } from "./request.ts";

/**
 * "plain" only reads the answer. "approval" skips what is downstream unless its approving option was chosen, or fails if
 * it should. "branch" skips what was not chosen: its options are task ids, or are mapped to them. "entry" is a form:
 * its one option is OK.
 */
export type Flavour =
  | { readonly kind: "plain" }
  | {
      readonly kind: "approval";
      readonly approve: string;
      readonly failOnReject: boolean;
      readonly downstream: readonly string[];
    }
  | {
      readonly kind: "branch";
      readonly downstream: readonly string[];
      readonly taskOfOption: Readonly<Record<string, string>>;
    }
  | { readonly kind: "entry" };

/** How the run ends, and which downstream tasks are skipped first. */
export interface FlavourOutcome {
  readonly state: "success" | "failed";
  readonly skip: readonly string[];
}

/** What the flavour makes of `outcome`. */
export function completeFlavour(flavour: Flavour, outcome: ExecuteOutcome): FlavourOutcome {
  if (outcome.state === "failed") return { state: "failed", skip: [] };
  const chosen = outcome.answer.chosen_options;
  switch (flavour.kind) {
    case "approval":
      if (chosen.includes(flavour.approve)) return { state: "success", skip: [] };
      return flavour.failOnReject
        ? { state: "failed", skip: [] }
        : { state: "success", skip: flavour.downstream };
    case "branch": {
      const picked = chosen.map((option) => flavour.taskOfOption[option] ?? option);
      const known = picked.every((task) => flavour.downstream.includes(task));
      if (!known) return { state: "failed", skip: [] };
      return { state: "success", skip: flavour.downstream.filter((task) => !picked.includes(task)) };
    }
    default:
      return { state: "success", skip: [] };
  }
}

/** The request as the flavour asks it: an entry has the option OK, which is also its default. */
export function askedBy(flavour: Flavour, request: HitlRequest): HitlRequest {
  if (flavour.kind !== "entry") return request;
  return {
    ...request,
    options: ["OK"],
    defaults: request.defaults === null ? null : ["OK"],
    multiple: false,
  };
}
