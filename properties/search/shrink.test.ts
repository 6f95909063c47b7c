import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dataSize, failureSizes } from "../../sim/search/failure-size.ts";
import { shrink, type CandidateRun, type Order, type ShrinkTask } from "../../sim/search/shrink.ts";
import type { RunResult } from "../../sim/trace/trace.ts";
import { runResult } from "../report/run-result.ts";

/** A pure stand-in for a run: breaks "I2" where `fails` says so; every entry that is not 0 counts as a preemption. */
function pretend(choices: readonly number[], fails: boolean, data: number): RunResult {
  return runResult({
    data,
    steps: [],
    preemptions: choices.filter((choice) => choice !== 0).length,
    violations: fails ? [{ invariant: "I2", promise: "p", message: "m", step: 1 }] : [],
  });
}

const choicesOf = (order: Order): readonly number[] => (order.kind === "choices" ? order.choices : []);

function task(
  choices: readonly number[],
  data: number,
  fails: (choices: readonly number[], data: number) => boolean,
): ShrinkTask<number> {
  return {
    failure: { choices, data: new fc.Value(data, undefined), run: pretend(choices, true, data) },
    invariant: "I2",
    arbitrary: fc.nat({ max: 1000 }),
    maxRuns: 1000,
    run: async (order, candidate): Promise<CandidateRun> => {
      const made = choicesOf(order);
      return { choices: made, run: pretend(made, fails(made, candidate), candidate) };
    },
  };
}

describe("shrink", () => {
  it("leaves only the preemptions that the failure needs, as early and at as low numbers as it can", async () => {
    const fails = (choices: readonly number[]): boolean => {
      const first = choices.findIndex((choice) => choice >= 3);
      return first >= 4 && choices.some((choice, position) => position > first && choice >= 2);
    };
    const choices = Array.from({ length: 96 }, (_, position) => position % 8);
    const { failure } = await shrink(task(choices, 7, fails));
    expect(failure.choices).toEqual([0, 0, 0, 0, 3, 2]);
    expect(failure.run.preemptions).toBe(2);
    expect(failure.data.value).toBe(0);
  });

  it("makes the data as simple as the failure allows", async () => {
    const { failure } = await shrink(task([1], 801, (_choices, data) => data >= 37));
    expect(failure.data.value).toBe(37);
    expect(failure.choices).toEqual([]);
  });

  it("changes nothing when it is done a second time, wherever it began", async () => {
    const fails = (choices: readonly number[], data: number): boolean =>
      choices.filter((choice) => choice > 1).length >= 2 && data % 7 === 3 && data > choices.length;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(7), { maxLength: 20 }), fc.nat(140), async (drawn, tens) => {
        const choices = [2, ...drawn, 3];
        const once = await shrink(task(choices, 7 * tens + 3 + 140, fails));
        const twice = await shrink({ ...task(choices, 0, fails), failure: once.failure });
        expect(twice.failure).toEqual(once.failure);
        expect(once.failure.choices).toEqual([2, 2]);
      }),
      { numRuns: 50 },
    );
  });

  it("takes no candidate that breaks another invariant only", async () => {
    const other = { invariant: "I1", promise: "p", message: "m", step: 1 };
    const run = async (): Promise<CandidateRun> => ({ choices: [], run: runResult({ violations: [other] }) });
    const { failure, ...rest } = task([1, 0, 2], 5, () => true);
    expect((await shrink({ ...rest, failure, run })).failure).toEqual(failure);
  });

  it("runs no more candidates than its bound, and tells how many", async () => {
    const all = task(
      Array.from({ length: 500 }, () => 7),
      1000,
      (choices) => choices.length === 500 && choices.every((choice) => choice > 0),
    );
    let runs = 0;
    const run: typeof all.run = async (...candidate) => {
      runs += 1;
      return await all.run(...candidate);
    };
    const shrunk = await shrink({ ...all, run });
    expect(runs).toBe(all.maxRuns);
    expect(shrunk.runs).toBe(all.maxRuns);
  });
});

describe("the size of a failure", () => {
  it("counts preemptions before actors, actors before statements, statements before data", () => {
    const step = (session: string) => ({ session }) as never;
    const violations = [{ invariant: "I2", promise: "p", message: "m", step: 2 }];
    const run = runResult({
      preemptions: 1,
      steps: [step("a"), step("b"), step("a")],
      data: { amount: 7 },
      history: [],
      seed: 9,
      violations,
    });
    expect(failureSizes({ choices: [0, 2, 0, 1], run })).toEqual([1, 2, 3, 0, 7, 2, 2, 4, 3, 9]);
  });

  it("weighs data by what is in them", () => {
    expect(dataSize({ a: null, b: false, c: 0, d: "" })).toBe(0);
    expect(dataSize({ a: true, b: [5, "xy"], c: -3 })).toBe(1 + 2 + 5 + 2 + 3);
  });
});
