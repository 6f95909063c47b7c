import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { shrink } from "../../sim/search/shrink.ts";
import type { RunResult } from "../../sim/trace/trace.ts";
import { runResult } from "../report/run-result.ts";

/** A pure stand-in for a run: breaks "I2" where `fails` says so; every entry that is not 0 counts as a preemption. */
function pretend(choices: readonly number[], fails: boolean): RunResult {
  return runResult({
    preemptions: choices.filter((choice) => choice !== 0).length,
    violations: fails ? [{ invariant: "I2", promise: "p", message: "m", step: 1 }] : [],
  });
}

const maxRuns = 1000;
const amount = fc.nat({ max: 1000 });
const valueOf = (value: number): fc.Value<number> => new fc.Value(value, undefined);

describe("shrink", () => {
  it("leaves only the preemptions that the failure needs, at their lowest numbers", async () => {
    const fails = (choices: readonly number[]): boolean => {
      const first = choices.findIndex((choice) => choice >= 3);
      return first >= 4 && choices.some((choice, position) => position > first && choice >= 2);
    };
    const choices = Array.from({ length: 96 }, (_, position) => position % 8);
    const { failure: shrunk } = await shrink({
      failure: { choices, data: valueOf(7), run: pretend(choices, true) },
      invariant: "I2",
      arbitrary: amount,
      maxRuns,
      run: async (candidate) => pretend(candidate, fails(candidate)),
    });
    expect(shrunk.choices).toEqual([0, 0, 0, 0, 3, 2]);
    expect(shrunk.run.preemptions).toBe(2);
  });

  it("makes the data as simple as the failure allows", async () => {
    const { failure: shrunk } = await shrink({
      failure: { choices: [1], data: valueOf(801), run: pretend([1], true) },
      invariant: "I2",
      arbitrary: amount,
      maxRuns,
      run: async (candidate, data) => pretend(candidate, data >= 37),
    });
    expect(shrunk.data.value).toBe(37);
    expect(shrunk.choices).toEqual([]);
  });

  it("takes no candidate that breaks another invariant only", async () => {
    const failure = { choices: [1, 0, 2], data: valueOf(5), run: pretend([1, 0, 2], true) };
    const other = { invariant: "I1", promise: "p", message: "m", step: 1 };
    const run = async (): Promise<RunResult> => runResult({ violations: [other] });
    const shrunk = await shrink({ failure, invariant: "I2", arbitrary: amount, maxRuns, run });
    expect(shrunk.failure).toBe(failure);
  });

  it("runs no more candidates than its bound, and tells how many", async () => {
    let runs = 0;
    const choices = Array.from({ length: 500 }, () => 7);
    const shrunk = await shrink({
      failure: { choices, data: valueOf(1000), run: pretend(choices, true) },
      invariant: "I2",
      arbitrary: amount,
      maxRuns,
      run: async (candidate) => {
        runs += 1;
        return pretend(candidate, candidate.length === 500 && candidate.every((choice) => choice > 0));
      },
    });
    expect(runs).toBe(maxRuns);
    expect(shrunk.runs).toBe(maxRuns);
  });
});
