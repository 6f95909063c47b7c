/**
 * The arithmetic of the benchmarks, on numbers that are known.
 */
import { describe, expect, it } from "vitest";
import { interleave } from "./measure/interleave.ts";
import { quantile, ratioOf } from "./measure/spread.ts";
import { compareResults } from "./report/compare-results.ts";
import { markdownReport } from "./report/markdown.ts";
import { plotSvg } from "./report/plots.ts";
import { brokenLimits, keepsLimit, type BenchResult, type Ratio } from "./result.ts";

const SUBJECT = { name: "a : b", says: "a : b", basis: "count" } as const;

describe("a ratio", () => {
  it("is the median of the rounds' ratios, with their quartiles", () => {
    const ratio = ratioOf(SUBJECT, [2, 4, 6, 8, 100], [2, 2, 2, 2, 2]);
    expect(ratio).toMatchObject({ value: 3, low: 2, high: 4, rounds: 5 });
  });

  it("keeps its limit or does not; of those that do not, counts are named", () => {
    const within = ratioOf({ ...SUBJECT, limit: { atMost: 3 } }, [3], [1]);
    const beyond = { ...within, name: "beyond", value: 3.1 };
    const slow: Ratio = { ...within, name: "slow", basis: "time", limit: { atLeast: 20 } };
    expect([within, beyond, slow].map(keepsLimit)).toEqual([true, false, false]);
    expect(brokenLimits(result([within, beyond, slow]))).toEqual(["beyond"]);
  });

  it("lies between its samples", () => {
    expect(quantile([3, 1, 2], 0.5)).toBe(2);
    expect(quantile([1, 2], 0.25)).toBe(1.25);
    expect(() => quantile([], 0.5)).toThrow(RangeError);
  });
});

describe("interleaving", () => {
  it("runs each side in each round, and begins each round with another one", async () => {
    const order: string[] = [];
    const side = (name: string) => ({
      name,
      prepare: () => Promise.resolve(void order.push(`prepare ${name}`)),
      run: () => Promise.resolve(void order.push(name)),
    });
    const timings = await interleave([side("a"), side("b")], { rounds: 2 });
    expect(order).toEqual(["prepare a", "a", "prepare b", "b", "prepare b", "b", "prepare a", "a"]);
    expect(timings["a"]).toHaveLength(2);
  });

  it("prepares each of several runs of a round", async () => {
    const order: string[] = [];
    const side = {
      name: "a",
      prepare: () => Promise.resolve(void order.push("prepare")),
      run: () => Promise.resolve(void order.push("run")),
    };
    expect((await interleave([side], { rounds: 1, iterations: 2 }))["a"]).toHaveLength(1);
    expect(order).toEqual(["prepare", "run", "prepare", "run"]);
  });

  it("throws on what a side throws", async () => {
    const broken = { name: "broken", run: () => Promise.reject(new Error("no server")) };
    await expect(interleave([broken], { rounds: 1 })).rejects.toThrow("no server");
  });
});

describe("comparing two results", () => {
  const ratio = (value: number, low: number, high: number): Ratio => ({
    ...ratioOf({ ...SUBJECT, limit: { atMost: 2 } }, [value], [1]),
    low,
    high,
  });

  it("flags what moved by more than the wider spread, and any change of a count", () => {
    const kind = (before: Ratio, after: Ratio) => compareResults(result([before]), result([after]))[0]?.kind;
    expect(kind(ratio(1, 0.9, 1.1), ratio(1.15, 1.1, 1.2))).toBe("same");
    expect(kind(ratio(1, 0.9, 1.1), ratio(1.25, 1.2, 1.3))).toBe("moved");
    expect(kind(ratio(1, 1, 1), ratio(1.01, 1.01, 1.01))).toBe("moved");
  });

  it("tells what broke its limit, what appeared and what is gone", () => {
    const other = { ...ratio(1, 1, 1), name: "other" };
    expect(compareResults(result([ratio(1, 1, 1), other]), result([ratio(3, 3, 3)]))).toMatchObject([
      { name: "a : b", kind: "moved", broke: true },
      { name: "other", kind: "gone", broke: false },
    ]);
    expect(compareResults(result([]), result([other]))[0]?.kind).toBe("appeared");
    expect(compareResults(result([ratio(4, 4, 4)]), result([ratio(3, 3, 3)]))[0]?.broke).toBe(false);
  });
});

describe("a report", () => {
  it("has the ratios and the reason of what was not measured", () => {
    const report = markdownReport({
      ...result([ratioOf(SUBJECT, [1], [2])]),
      cases: [
        ...result([ratioOf(SUBJECT, [1], [2])]).cases,
        { state: "skipped", name: "b", title: "B", reason: "it is not installed" },
      ],
    });
    expect(report).toContain("| a : b | 0.5 |");
    expect(report).toContain("Not measured: it is not installed");
  });

  it("has plots with a line for each series", () => {
    const svg = plotSvg({
      name: "p",
      title: "Cost",
      x: { label: "size", scale: "log" },
      y: { label: "ms", scale: "linear" },
      points: [
        { x: 1, y: 1, series: "server" },
        { x: 10, y: 2, series: "server" },
      ],
    });
    expect(svg).toMatch(/^<svg[^>]*xmlns="http:\/\/www.w3.org\/2000\/svg"/);
    expect(svg).toContain("Cost");
    expect(svg).toMatch(/>— server<.text>/);
  });
});

function result(ratios: readonly Ratio[]): BenchResult {
  return {
    format: 1,
    scale: "quick",
    environment: {},
    cases: [{ state: "done", name: "a", title: "A", ratios, tables: [], plots: [], notes: [] }],
  };
}
