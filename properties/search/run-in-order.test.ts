import { expect, it } from "vitest";
import { runInOrder } from "../../sim/search/run-in-order.ts";
import type { RunSummary } from "../../sim/search/run-summary.ts";
import type { Searcher } from "../../sim/search/searcher.ts";

/** A searcher whose runs with these indices break something, and the batches that it was given. */
function searcherWith(failing: readonly number[]): {
  readonly searcher: Searcher;
  readonly batches: (readonly number[])[];
} {
  const batches: (readonly number[])[] = [];
  const run = (indices: readonly number[]): Promise<readonly RunSummary[]> => {
    batches.push(indices);
    const summary = (index: number): Pick<RunSummary, "index" | "broken"> => ({
      index,
      broken: failing.includes(index) ? ["promise"] : [],
    });
    return Promise.resolve(indices.map((index) => summary(index) as RunSummary));
  };
  return { searcher: { run, shrink: () => Promise.reject(new Error("not asked for")) }, batches };
}

const until = (count: number): Iterator<number> =>
  Array.from({ length: count }, (_, index) => index).values();

it("gives a searcher one run at first, and twice as many each time that nothing broke, 16 at most", async () => {
  const { searcher, batches } = searcherWith([]);
  await runInOrder([searcher], until(60), { mayBegin: () => true, take: () => true });
  expect(batches.map(({ length }) => length)).toEqual([1, 2, 4, 8, 16, 16, 13]);
});

it("gives it one again after a batch in which something broke", async () => {
  const { searcher, batches } = searcherWith([4]);
  await runInOrder([searcher], until(10), { mayBegin: () => true, take: () => true });
  expect(batches.map(({ length }) => length)).toEqual([1, 2, 4, 1, 2]);
});

it("takes the runs of several searchers in order, and none after the last", async () => {
  const taken: number[] = [];
  const searchers = [searcherWith([]).searcher, searcherWith([]).searcher];
  await runInOrder(searchers, until(60), {
    mayBegin: () => true,
    take: ({ index }) => taken.push(index) < 20,
  });
  expect(taken).toEqual(Array.from({ length: 20 }, (_, index) => index));
});
