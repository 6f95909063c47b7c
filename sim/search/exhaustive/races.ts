/**
 * Races of a run: two dependent steps of different sessions with nothing between them, whose order could have been the other.
 */
import type { SearchEvent } from "./event.ts";
import { isBefore, type HappensBefore } from "./happens-before.ts";

/** A race, as source-DPOR needs it. */
export interface RunRace {
  /** Index of the earlier step. */
  readonly earlier: number;
  /** Session of the later step. */
  readonly session: string;
  /**
   * The sessions that can go first, in place of the earlier step, on the way to the other order ("initials" of the steps that do
   * not come after the earlier one, and the later one), as far as they could have gone there.
   */
  readonly beginners: readonly string[];
}

/** All races of a run. */
export function findRaces(order: HappensBefore): RunRace[] {
  const races: RunRace[] = [];
  for (const [later, direct] of order.direct.entries()) {
    for (const earlier of direct) {
      if (isReversible(order, earlier, later)) races.push(raceOf(order, earlier, later));
    }
  }
  return races;
}

/** Whether the later session could have gone on without the earlier step. */
function isReversible({ events }: HappensBefore, earlier: number, later: number): boolean {
  const one = events[earlier] as SearchEvent;
  const { session } = events[later] as SearchEvent;
  if (one.session === session) return false;
  const last = events.findLastIndex((event, index) => index < later && event.session === session);
  return last > earlier || one.enabled.includes(session);
}

function raceOf(order: HappensBefore, earlier: number, later: number): RunRace {
  const { events, before } = order;
  const one = events[earlier] as SearchEvent;
  const beginners: string[] = [];
  let seen = 0n;
  for (let index = earlier + 1; index <= later; index += 1) {
    if (index !== later && isBefore(order, earlier, index)) continue;
    const { session } = events[index] as SearchEvent;
    if (((before[index] as bigint) & seen) === 0n && one.enabled.includes(session)) beginners.push(session);
    seen |= 1n << BigInt(index);
  }
  return { earlier, session: (events[later] as SearchEvent).session, beginners };
}
