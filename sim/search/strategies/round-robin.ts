/**
 * Round robin: everybody in turn, always so many steps. Not a sampling of anything, but the schedule that a fair and
 * impatient operating system would make (Shuttle and Loom have it as their simplest one).
 */
import { deriveSeed } from "../../random.ts";
import type { Strategy } from "./strategy.ts";

/** Steps of a turn go from 1 to this. */
const MAX_TURN_STEPS = 8;

/** Round robin; the order of the sessions and the length of each one's turns come from the run's seed. */
export const roundRobin: Strategy = {
  name: "round-robin",
  plan({ seed }) {
    const turnSteps = (name: string): number => 1 + (deriveSeed(seed, "turn", name) % MAX_TURN_STEPS);
    const place = (name: string): number => deriveSeed(seed, "place", name);
    let current: string | undefined;
    let stepsLeft = 0;
    return {
      strategy: "round-robin",
      scheduler: {
        next({ enabled, kind }) {
          if (kind === "victim") return 0;
          if (current !== undefined && stepsLeft > 0 && enabled.includes(current)) {
            stepsLeft -= 1;
            return enabled.indexOf(current);
          }
          const inOrder = enabled.toSorted((a, b) => place(a) - place(b));
          const last = current === undefined ? -1 : place(current);
          current = inOrder.find((name) => place(name) > last) ?? (inOrder[0] as string);
          stepsLeft = turnSteps(current) - 1;
          return enabled.indexOf(current);
        },
      },
    };
  },
};
