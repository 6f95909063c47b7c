/**
 * Every schedule of a race, one after the other: at each choice the next one that was not taken yet, depth first.
 */
import type { Engine } from "../../sim/engine/port.ts";
import type { Race } from "../../sim/race/race.ts";
import { runRace } from "../../sim/race/run.ts";

/** Schedules after which the race is taken to be too large. */
const MAX_SCHEDULES = 10_000;

/**
 * The order of sessions in every schedule of `race`, blocked sessions considered: a session that waits cannot be chosen.
 * Throws Error beyond MAX_SCHEDULES and where a promise of the race breaks.
 */
export async function allSchedules(
  engine: Engine,
  race: Race<any, any>,
  data: unknown,
): Promise<readonly (readonly string[])[]> {
  const orders: (readonly string[])[] = [];
  let path: readonly number[] | undefined = [];
  while (path !== undefined) {
    if (orders.length === MAX_SCHEDULES) throw new Error(`${race.name} has more than ${MAX_SCHEDULES}.`);
    const choices: { chosen: number; of: number }[] = [];
    const planned: readonly number[] = path;
    const schedule = {
      next: ({ enabled }: { readonly enabled: readonly string[] }) => {
        const chosen = planned[choices.length] ?? 0;
        choices.push({ chosen, of: enabled.length });
        return chosen;
      },
    };
    const run = await runRace(engine, race, { seed: 1, data, schedule });
    const [broken] = run.violations;
    if (broken) throw new Error(`${race.name} breaks ${broken.invariant}: ${broken.message}`);
    orders.push(run.taken);
    path = nextPath(choices);
  }
  return orders;
}

function nextPath(
  choices: readonly { readonly chosen: number; readonly of: number }[],
): readonly number[] | undefined {
  const last = choices.findLastIndex(({ chosen, of }) => chosen + 1 < of);
  if (last < 0) return undefined;
  return choices.slice(0, last + 1).map(({ chosen }, index) => (index === last ? chosen + 1 : chosen));
}

/** `count` of the items, evenly spread; all of them if there are no more. */
export function spread<Item>(items: readonly Item[], count: number): readonly Item[] {
  if (items.length <= count) return items;
  return Array.from(
    { length: count },
    (_, index) => items[Math.floor((index * items.length) / count)] as Item,
  );
}
