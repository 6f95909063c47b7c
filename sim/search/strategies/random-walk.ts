/**
 * Uniform random walk over interleavings.
 *
 * A plain random walk favours interleavings in which sessions end early. Zhao, Wolff, Mathur and Roychoudhury ("Selectively
 * uniform concurrency testing", ASPLOS 2025, section 3) weigh each thread by the events that it has left: with exact counts every
 * interleaving is equally likely. Here the counts are means over earlier runs, and a session that outlives its mean
 * counts as having one step left; the selective half of their method is not used. A sleep weighs little, whatever comes after
 * it: most often time passes when nobody has anything else to do, or else all deadlines would be over before the work begins.
 */
import { deriveSeed, randomStream } from "../../random.ts";
import type { Choice } from "../../race/scheduler.ts";
import type { Strategy } from "./strategy.ts";

/** Weight of a step that only lets time pass, where a statement has as much as its session has steps left. */
const SLEEP_WEIGHT = 0.25;

/** Uniform random walk, weights by remaining steps; without an estimate all weights are equal. */
export const randomWalk: Strategy = {
  name: "urw",
  plan({ seed, estimate }) {
    const random = randomStream(deriveSeed(seed, "urw"));
    const made = new Map<string, number>();
    const stepsLeft = (name: string): number =>
      estimate === undefined ? 1 : Math.max((estimate.stepsOf[name] ?? 1) - (made.get(name) ?? 0), 1);
    const weightOf = ({ enabled, pending, kind }: Choice, at: number): number => {
      if (kind === "victim") return 1;
      return pending !== undefined && pending(at) === undefined
        ? SLEEP_WEIGHT
        : stepsLeft(enabled[at] as string);
    };
    return {
      strategy: "urw",
      scheduler: {
        next(choice) {
          const weights = choice.enabled.map((_, at) => weightOf(choice, at));
          const index = weightedIndex(weights, random.fraction());
          const name = choice.enabled[index] as string;
          if (choice.kind === "step") made.set(name, (made.get(name) ?? 0) + 1);
          return index;
        },
      },
    };
  },
};

/** The index in which `fraction` of the total weight falls; `fraction` in [0, 1). */
function weightedIndex(weights: readonly number[], fraction: number): number {
  let rest = fraction * weights.reduce((sum, weight) => sum + weight, 0);
  const index = weights.findIndex((weight) => (rest -= weight) < 0);
  return index < 0 ? weights.length - 1 : index;
}
