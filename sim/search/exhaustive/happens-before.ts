/**
 * The happens-before order of a run's steps: the smallest order that keeps every two dependent steps as they were.
 *
 * Runs with the same order are linearizations of one Mazurkiewicz trace: they lead to the same state. Lamport, "Time, Clocks,
 * and the Ordering of Events in a Distributed System" (1978); Mazurkiewicz, "Trace theory" (1987).
 */
import { createHash } from "node:crypto";
import { areDependent, type SearchEvent } from "./event.ts";

/** The order of a sequence of steps, which may grow. */
export interface HappensBefore {
  readonly events: readonly SearchEvent[];
  /** Of each event, bits of all events before it (bit 0 is the first event). */
  readonly before: readonly bigint[];
  /** Of each event, the events on which it depends with nothing in between, latest first. */
  readonly direct: readonly (readonly number[])[];
}

/** An order that grows by `addEvent`. */
export interface GrowingOrder extends HappensBefore {
  readonly events: SearchEvent[];
  readonly before: bigint[];
  readonly direct: number[][];
}

/** No events. */
export function emptyOrder(): GrowingOrder {
  return { events: [], before: [], direct: [] };
}

/** Adds the next event of the run. */
export function addEvent(order: GrowingOrder, event: SearchEvent): void {
  const { events, before, direct } = order;
  let bits = 0n;
  const immediate: number[] = [];
  for (let index = events.length - 1; index >= 0; index -= 1) {
    if ((bits >> BigInt(index)) & 1n) continue;
    if (!event.joined && !areDependent(events[index] as SearchEvent, event)) continue;
    bits |= (before[index] as bigint) | (1n << BigInt(index));
    immediate.push(index);
  }
  events.push(event);
  before.push(bits);
  direct.push(immediate);
}

/** Whether event `one` must come before event `other`. */
export function isBefore({ before }: HappensBefore, one: number, other: number): boolean {
  return (((before[other] as bigint) >> BigInt(one)) & 1n) === 1n;
}

/** A digest that is the same for all linearizations of the order, and for no other run of the same race. */
export function classKey(order: HappensBefore): string {
  const places = new Map<string, number>();
  const lines = order.events.map(({ session, victims }, index) => {
    const place = (places.get(session) ?? 0) + 1;
    places.set(session, place);
    return `${session} ${place} ${victims.join("!")} ${clockOf(order, index)}`;
  });
  return createHash("sha256").update(lines.sort().join("\n")).digest("base64");
}

/** How many events of each session come before an event: its vector clock. */
function clockOf({ events, before }: HappensBefore, index: number): string {
  const counts = new Map<string, number>();
  const bits = before[index] as bigint;
  for (let other = 0; other < index; other += 1) {
    if (((bits >> BigInt(other)) & 1n) === 0n) continue;
    const { session } = events[other] as SearchEvent;
    counts.set(session, (counts.get(session) ?? 0) + 1);
  }
  return [...counts]
    .map(([session, count]) => `${session}:${count}`)
    .sort()
    .join(",");
}

/** The number of linearizations of the order: the interleavings that the run stands for. */
export function countLinearizations(order: HappensBefore): bigint {
  const sessions = [...new Set(order.events.map(({ session }) => session))];
  const chains = sessions.map((name) =>
    order.events.flatMap(({ session }, index) => (session === name ? [index] : [])),
  );
  const known = new Map<string, bigint>();
  const count = (taken: readonly number[], bits: bigint): bigint => {
    const key = taken.join();
    const before = known.get(key);
    if (before !== undefined) return before;
    let sum = 0n;
    let isEnd = true;
    for (const [chain, events] of chains.entries()) {
      const next = events[taken[chain] as number];
      if (next === undefined) continue;
      isEnd = false;
      if (((order.before[next] as bigint) & ~bits) !== 0n) continue;
      sum += count(taken.with(chain, (taken[chain] as number) + 1), bits | (1n << BigInt(next)));
    }
    if (isEnd) sum = 1n;
    known.set(key, sum);
    return sum;
  };
  return count(
    chains.map(() => 0),
    0n,
  );
}
