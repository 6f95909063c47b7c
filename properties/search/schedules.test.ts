import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arraySchedule } from "../../sim/search/array-schedule.ts";
import { replaySchedule } from "../../sim/search/replay-schedule.ts";
import { drawSchedule, scheduleArbitrary } from "../../sim/search/schedule-arbitrary.ts";
import { seedOfRun } from "../../sim/search/seeded-random.ts";
import { SwitchyardError } from "../../sim/switchyard-error.ts";

const step = (...enabled: string[]) => ({ current: enabled[0], enabled, kind: "step" as const });
const victim = (...enabled: string[]) => ({ current: undefined, enabled, kind: "victim" as const });

describe("a schedule from an array", () => {
  it("uses an entry up only where there is a choice, and goes on with 0 after the last", () => {
    const schedule = arraySchedule([1, 5, 2]);
    expect(schedule.next(step("a", "b"))).toBe(1);
    expect(schedule.next(step("a"))).toBe(0);
    expect(schedule.next(step("a", "b", "c"))).toBe(2);
    expect(schedule.next(victim("a", "b", "c"))).toBe(2);
    expect(schedule.next(step("a", "b"))).toBe(0);
  });
});

describe("a schedule from a token", () => {
  it("chooses the sessions and the victims that are named, then goes on with 0", () => {
    const schedule = replaySchedule(["b", "!a", "c"]);
    expect(schedule.next(step("a", "b"))).toBe(1);
    expect(schedule.next(victim("b", "a"))).toBe(1);
    expect(schedule.next(step("c"))).toBe(0);
    expect(schedule.next(step("b", "a"))).toBe(0);
  });

  it("stops where the run leaves it and says what was expected and what was enabled", () => {
    const leave = (): number => replaySchedule(["b"]).next(step("a", "c"));
    expect(leave).toThrow(SwitchyardError);
    expect(leave).toThrow(/choice 1.*names b.*a, c/);
    expect(() => replaySchedule(["b"]).next(victim("a", "b"))).toThrow(/names b.*victim among a, b/);
    expect(() => replaySchedule(["!b"]).next(step("a", "b"))).toThrow(/deadlock victim b/);
  });
});

describe("drawn schedules", () => {
  it("are arrays of small numbers, most of them 0, and the same for the same seed", () => {
    fc.assert(
      fc.property(fc.nat({ max: 0xffff_ffff }), (seed) => {
        const schedule = drawSchedule(seed);
        expect(schedule.every((entry) => Number.isInteger(entry) && entry >= 0 && entry <= 7)).toBe(true);
        expect(drawSchedule(seed)).toEqual(schedule);
      }),
    );
    const entries = fc.sample(scheduleArbitrary, { numRuns: 200, seed: 1 }).flat();
    const zeros = entries.filter((entry) => entry === 0).length / entries.length;
    expect(zeros).toBeGreaterThan(0.6);
    expect(zeros).toBeLessThan(0.95);
    expect(new Set(entries)).toEqual(new Set([0, 1, 2, 3, 4, 5, 6, 7]));
  });

  it("differ from run to run, also between neighbouring seeds", () => {
    const seeds = [1, 2, 3].flatMap((seed) =>
      Array.from({ length: 1000 }, (_, index) => seedOfRun(seed, index)),
    );
    expect(new Set(seeds).size).toBe(seeds.length);
    const schedules = seeds.slice(0, 500).map((seed) => drawSchedule(seed).join(","));
    expect(new Set(schedules).size).toBe(schedules.length);
  });
});
