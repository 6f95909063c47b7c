/**
 * PCT: random priorities with few places where they change.
 *
 * Burckhardt, Kothari, Musuvathi and Nagarakatti, "A randomized scheduler with probabilistic guarantees of finding bugs",
 * ASPLOS 2010. A bug that d ordered events cause is met with probability at least 1 / (n k^(d-1)) for n sessions and k
 * steps; k is the mean of earlier runs. A sleep is a step like any other: it moves the clock.
 */
import { deriveSeed, randomStream, type RandomStream } from "../../random.ts";
import type { Choice } from "../../race/scheduler.ts";
import type { Strategy } from "./strategy.ts";

/** Steps assumed where nothing is known. */
const DEFAULT_STEPS = 32;

/** PCT for bugs of the given depth: so many ordered events, one change point fewer. Its name is "pct2", "pct3", ... */
export function pct(depth: number): Strategy {
  const name = `pct${depth}`;
  return {
    name,
    plan({ seed, estimate }) {
      const random = randomStream(deriveSeed(seed, name));
      const changes = changePoints(depth - 1, Math.round(estimate?.steps ?? DEFAULT_STEPS), random);
      const priorities = new Map<string, number>();
      let step = 0;
      const byPriority = ({ enabled }: Choice): number => {
        for (const session of enabled) {
          if (!priorities.has(session)) priorities.set(session, depth + random.fraction());
        }
        return highest(enabled.map((session) => priorities.get(session) ?? 0));
      };
      return {
        strategy: name,
        scheduler: {
          next(choice) {
            const { enabled, kind } = choice;
            if (kind === "victim") return random.u32() % enabled.length;
            step += 1;
            const change = changes.indexOf(step);
            const index = byPriority(choice);
            if (change < 0) return index;
            priorities.set(enabled[index] as string, depth - 1 - change);
            return byPriority(choice);
          },
        },
      };
    },
  };
}

/** `count` different steps from 1 to `steps`, as far as there are so many. */
function changePoints(count: number, steps: number, random: RandomStream): readonly number[] {
  const points = new Set<number>();
  while (points.size < Math.min(count, steps)) points.add(1 + (random.u32() % steps));
  return [...points];
}

function highest(numbers: readonly number[]): number {
  return numbers.indexOf(Math.max(...numbers));
}
