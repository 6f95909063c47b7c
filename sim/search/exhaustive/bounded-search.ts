/**
 * Exhaustive search within a budget: every run whose choices cost no more than that.
 *
 * - Preemptions: Musuvathi, Qadeer, "Iterative Context Bounding for Systematic Testing of Multithreaded Programs" (PLDI 2007).
 * - Delays: Emmi, Qadeer, Rakamarić, "Delay-Bounded Scheduling" (POPL 2011); the scheduler that is delayed goes on with the same
 *   session and else in the order in which choices count.
 * Sleep sets and source sets do not fit budgets: the run that they leave out may be the only one of its class that is cheap
 * enough. So a run is given up where it comes, with no more budget left, to a state that an earlier one reached: to the same
 * happens-before order, with the same session at its turn. Musuvathi, Qadeer, "Partial-Order Reduction for Context-Bounded State
 * Exploration" (MSR-TR-2007-12). Without a budget and without giving up it is brute force.
 */
import type { Choice } from "../../race/scheduler.ts";
import { classKey } from "./happens-before.ts";
import { guidedRun, type Choose, type GuidedRun, type SearchTarget } from "./guided-run.ts";
import { expectSame, type PathNode } from "./search-path.ts";

/** Called after each run; false ends the search. */
export type OnRun = (run: GuidedRun) => boolean | Promise<boolean>;

/** What a choice costs. */
export type Cost = (choice: Choice, index: number) => number;

/** What a search may spend on one run. */
export interface Budget {
  readonly cost: Cost;
  readonly limit: number;
}

/** One for each preemption: somebody who has a statement to run is left for somebody else. */
export const preemptionCost: Cost = ({ kind, current, enabled, pending }, index) =>
  kind === "step" && index > 0 && enabled[0] === current && pending?.(0) !== undefined ? 1 : 0;

/** One for each session that is passed over. */
export const delayCost: Cost = ({ kind }, index) => (kind === "step" ? index : 0);

/** No budget. */
const UNLIMITED: Budget = { cost: () => 0, limit: 0 };

interface BudgetNode extends PathNode {
  /** Cost of each choice. */
  readonly costs: readonly number[];
  /** Spent before this choice. */
  readonly spent: number;
}

/**
 * Explores every run of `target` within `budget`; true if nothing is left to explore.
 * @param joins whether runs that come to a known state are given up
 */
export async function boundedSearch(
  target: SearchTarget,
  budget: Budget,
  joins: boolean,
  onRun: OnRun,
): Promise<boolean> {
  const path: BudgetNode[] = [];
  /** The least that was spent to come to a state, by class and session. */
  const reached = new Map<string, number>();
  do {
    const run = await guidedRun(target, follow(path, budget, joins ? reached : undefined));
    if (!(await onRun(run))) return false;
  } while (advance(path, budget.limit));
  return true;
}

/** Runs every interleaving of `target`; true if nothing is left. */
export function bruteForce(target: SearchTarget, onRun: OnRun): Promise<boolean> {
  return boundedSearch(target, UNLIMITED, false, onRun);
}

function follow(path: BudgetNode[], { cost }: Budget, reached: Map<string, number> | undefined): Choose {
  let depth = 0;
  return (choice, order) => {
    let node = path[depth];
    if (node !== undefined) expectSame(node, choice);
    else {
      const spent = spentAfter(path.at(-1));
      if (choice.kind === "step" && reached !== undefined) {
        const state = `${choice.current} ${classKey(order)}`;
        if ((reached.get(state) ?? Infinity) <= spent) return "cut";
        reached.set(state, spent);
      }
      const { kind, enabled } = choice;
      node = { kind, enabled, chosen: 0, spent, costs: enabled.map((_, index) => cost(choice, index)) };
      path.push(node);
    }
    depth += 1;
    return node.chosen;
  };
}

function spentAfter(node: BudgetNode | undefined): number {
  return node === undefined ? 0 : node.spent + (node.costs[node.chosen] as number);
}

/** Goes to the next path that can be paid; false if there is none. */
function advance(path: BudgetNode[], limit: number): boolean {
  for (let node = path.at(-1); node !== undefined; path.pop(), node = path.at(-1)) {
    const { chosen, spent, costs } = node;
    const next = costs.findIndex((each, index) => index > chosen && spent + each <= limit);
    if (next < 0) continue;
    node.chosen = next;
    return true;
  }
  return false;
}
