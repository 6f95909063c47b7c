/**
 * Proves how many preemptions a failure needs: by exploring all runs without one, with one, with two, ... until it appears.
 *
 * Musuvathi, Qadeer, "Iterative Context Bounding for Systematic Testing of Multithreaded Programs" (PLDI 2007).
 */
import type { RunResult } from "../../trace/trace.ts";
import { boundedSearch, preemptionCost } from "./bounded-search.ts";
import type { SearchTarget } from "./guided-run.ts";

/** What is proved. */
export type FewestPreemptions =
  /** `run` breaks the invariant with `preemptions`; every run with fewer was explored and keeps it. */
  | {
      readonly kind: "proved";
      readonly preemptions: number;
      readonly run: RunResult;
      readonly schedules: number;
    }
  /** No run with at most `preemptions` breaks it. */
  | { readonly kind: "not found"; readonly preemptions: number; readonly schedules: number };

/** The fewest preemptions with which a run of `target` breaks `invariant`, as far as `maxPreemptions`. */
export async function fewestPreemptions(
  target: SearchTarget,
  invariant: string,
  maxPreemptions: number,
): Promise<FewestPreemptions> {
  let schedules = 0;
  for (let preemptions = 0; preemptions <= maxPreemptions; preemptions += 1) {
    let found: RunResult | undefined;
    await boundedSearch(target, { cost: preemptionCost, limit: preemptions }, true, ({ run }) => {
      schedules += 1;
      if (run?.violations.some((violation) => violation.invariant === invariant) === true) found = run;
      return found === undefined;
    });
    if (found !== undefined) return { kind: "proved", preemptions, run: found, schedules };
  }
  return { kind: "not found", preemptions: maxPreemptions, schedules };
}
