/**
 * Measures several sides in turns, so that what disturbs the machine hits all of them alike.
 *
 * Each round is a run of tinybench with one task a side; rounds begin with another side each (ABC, BCA, CAB). A ratio is
 * made within a round and its spread is over the rounds, never a ratio of two means that are minutes apart.
 */
import { Bench } from "tinybench";
import { startStopwatch } from "../../sim/real-time.ts";
import { median } from "./spread.ts";

/** Something to measure. */
export interface Side {
  readonly name: string;
  /** What is timed. */
  readonly run: () => Promise<unknown>;
  /** Runs before each timed run, untimed. */
  readonly prepare?: () => Promise<void>;
}

/** How much to measure. */
export interface Rounds {
  readonly rounds: number;
  /** Timed runs of each side in a round, of which the median counts; default 1. */
  readonly iterations?: number;
}

/** Milliseconds of one run by side: one number a round. */
export type Timings = Readonly<Record<string, readonly number[]>>;

/** Times the sides; an error of one of them is thrown on. */
export async function interleave(
  sides: readonly Side[],
  { rounds, iterations = 1 }: Rounds,
): Promise<Timings> {
  const timings: Record<string, number[]> = Object.fromEntries(sides.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    const bench = new Bench({
      iterations,
      time: 0,
      warmup: false,
      throws: true,
      retainSamples: true,
      now: startStopwatch(),
    });
    for (const { name, run, prepare } of rotated(sides, round)) {
      bench.add(name, run, { async: true, ...(prepare === undefined ? {} : { beforeEach: prepare }) });
    }
    await bench.run();
    for (const task of bench.tasks) {
      if (task.result.state !== "completed") throw new Error(`${task.name} was not measured.`);
      timings[task.name]?.push(median(task.result.latency.samples ?? []));
    }
  }
  return timings;
}

function rotated<Item>(items: readonly Item[], by: number): readonly Item[] {
  const at = by % Math.max(1, items.length);
  return [...items.slice(at), ...items.slice(0, at)];
}
