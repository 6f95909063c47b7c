import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Choice, Scheduler } from "../../sim/race/scheduler.ts";
import { arraySchedule } from "../../sim/search/array-schedule.ts";
import { estimateFrom } from "../../sim/search/strategies/estimate.ts";
import { STRATEGIES } from "../../sim/search/strategies/index.ts";
import { pct } from "../../sim/search/strategies/pct.ts";
import { partialOrderSampling } from "../../sim/search/strategies/pos.ts";
import { randomWalk } from "../../sim/search/strategies/random-walk.ts";
import { recording } from "../../sim/search/strategies/recording.ts";
import { roundRobin } from "../../sim/search/strategies/round-robin.ts";
import { sessionsSchedule } from "../../sim/search/strategies/sessions-schedule.ts";
import type { Strategy } from "../../sim/search/strategies/strategy.ts";
import { loadGrammar } from "../../sim/sql/grammar.ts";
import { runResult } from "../report/run-result.ts";

await loadGrammar();

/** Sessions with so many statements each, all about relations of their own unless `text` says otherwise. */
function play(
  scheduler: Scheduler,
  lengths: Readonly<Record<string, number>>,
  text: (session: string) => string = (session) => `update ${session} set x = 1`,
): string {
  const left = new Map(Object.entries(lengths));
  let current: string | undefined;
  let taken = "";
  for (;;) {
    const alive = [...left.keys()].filter((name) => (left.get(name) ?? 0) > 0);
    if (alive.length === 0) return taken;
    const enabled = alive.toSorted((a, b) => Number(b === current) - Number(a === current));
    const choice: Choice = {
      current,
      enabled,
      pending: (index) => text(enabled[index] as string),
      kind: "step",
    };
    current = enabled[scheduler.next(choice) % enabled.length] as string;
    left.set(current, (left.get(current) ?? 0) - 1);
    taken += current;
  }
}

function plays(
  strategy: Strategy,
  lengths: Readonly<Record<string, number>>,
  runs: number,
  estimated = true,
) {
  const estimate = { steps: Object.values(lengths).reduce((a, b) => a + b, 0), stepsOf: lengths };
  return Array.from({ length: runs }, (_, seed) =>
    play(strategy.plan({ index: seed, seed, estimate: estimated ? estimate : undefined }).scheduler, lengths),
  );
}

function shareOf(order: string, orders: readonly string[]): number {
  return orders.filter((one) => one === order).length / orders.length;
}

const preemptionsIn = (order: string): number => order.replace(/(.)\1*/g, "$1").length - new Set(order).size;

describe.each(Object.values(STRATEGIES))("the strategy $name", (strategy) => {
  it("makes the same run for the same plan, and others for other seeds", () => {
    const lengths = { a: 4, b: 4, c: 2 };
    expect(plays(strategy, lengths, 30)).toEqual(plays(strategy, lengths, 30));
    expect(new Set(plays(strategy, lengths, 30)).size).toBeGreaterThan(3);
  });

  it("is recorded as small numbers that make the same run again", () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const lengths = { a: 4, b: 3, c: 2 };
        const schedule = recording(strategy.plan({ index: 0, seed, estimate: undefined }).scheduler);
        const order = play(schedule, lengths);
        expect(play(arraySchedule(schedule.choices), lengths)).toBe(order);
      }),
    );
  });
});

describe("the uniform random walk", () => {
  it("makes every interleaving equally often where it knows how long the sessions are, unlike a plain walk", () => {
    const lengths = { a: 1, b: 5 };
    const known = plays(randomWalk, lengths, 6000);
    for (const order of ["abbbbb", "babbbb", "bbabbb", "bbbabb", "bbbbab", "bbbbba"]) {
      expect(shareOf(order, known)).toBeGreaterThan(0.14);
      expect(shareOf(order, known)).toBeLessThan(0.195);
    }
    expect(shareOf("abbbbb", plays(randomWalk, lengths, 2000, false))).toBeGreaterThan(0.45);
  });
});

describe("PCT", () => {
  it("of depth d leaves a session that could go on at most d - 1 times", () => {
    for (const depth of [1, 2, 3]) {
      const most = Math.max(...plays(pct(depth), { a: 6, b: 6, c: 6 }, 500).map(preemptionsIn));
      expect(most).toBe(depth - 1);
    }
  });

  it("puts its change points everywhere", () => {
    const firstTurns = plays(pct(2), { a: 5, b: 5 }, 500).map((order) => /^(.)\1*/.exec(order)![0].length);
    expect(new Set(firstTurns)).toEqual(new Set([1, 2, 3, 4, 5]));
  });
});

describe("POS", () => {
  it("keeps the order of independent steps and draws again after a conflict", () => {
    const orders = (text: (session: string) => string): readonly string[] =>
      Array.from({ length: 3000 }, (_, seed) =>
        play(
          partialOrderSampling.plan({ index: seed, seed, estimate: undefined }).scheduler,
          { a: 1, b: 4 },
          text,
        ),
      );
    const aLast = (all: readonly string[]): number => shareOf("bbbba", all);
    const independent = aLast(orders((session) => `update ${session} set x = 1`));
    const conflicting = aLast(orders(() => "update same set x = 1"));
    expect(independent).toBeCloseTo(1 / 5, 1);
    expect(conflicting).toBeCloseTo(1 / 16, 1);
    expect(independent).toBeGreaterThan(conflicting * 2);
  });
});

describe("round robin", () => {
  it("gives each session turns of one length, in one order", () => {
    const orders = plays(roundRobin, { a: 9, b: 9 }, 400);
    for (const order of orders) {
      const turns = order.match(/(.)\1*/g) ?? [];
      for (const session of ["a", "b"]) {
        const own = turns.filter((turn) => turn.startsWith(session)).slice(0, -1);
        expect(new Set(own.map((turn) => turn.length)).size).toBeLessThanOrEqual(1);
      }
    }
    expect(orders).toContain("abababababababab".padEnd(18, "ab"));
    expect(new Set(orders.map((order) => order[0]))).toEqual(new Set(["a", "b"]));
    expect(new Set(orders.map((order) => /^(.)\1*/.exec(order)![0].length)).size).toBe(8);
  });
});

describe("a portfolio", () => {
  it("names the member that decides, and uses all of them", () => {
    const members = Array.from(
      { length: 100 },
      (_, seed) => STRATEGIES.mixed.plan({ index: seed, seed, estimate: undefined }).strategy,
    );
    expect(new Set(members)).toEqual(new Set(["urw", "pct2", "pct3", "pos", "calm"]));
  });
});

describe("an order of sessions", () => {
  it("lets the first name go that can, and goes on with 0 when none is left", () => {
    const schedule = sessionsSchedule(["b", "a", "!c", "a"]);
    const step = (...enabled: string[]): Choice => ({ current: undefined, enabled, kind: "step" });
    expect(schedule.next(step("a", "c"))).toBe(0);
    expect(schedule.next(step("a", "b"))).toBe(1);
    expect(schedule.next({ current: undefined, enabled: ["a", "c"], kind: "victim" })).toBe(1);
    expect(schedule.next(step("c", "a"))).toBe(1);
    expect(schedule.next(step("c", "a"))).toBe(0);
  });
});

describe("an estimate", () => {
  it("is the mean over the runs, of a session over those in which it took a step", () => {
    const step = (session: string) => ({ session }) as never;
    const runs = [
      runResult({ steps: [step("a"), step("b"), step("b")] }),
      runResult({ steps: [step("a"), step("a"), step("a")] }),
    ];
    expect(estimateFrom(runs)).toEqual({ steps: 3, stepsOf: { a: 2, b: 2 } });
  });
});
