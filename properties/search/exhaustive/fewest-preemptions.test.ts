/**
 * How many preemptions each mutant needs is proved: with one less, every run keeps the promise.
 */
import { beforeAll, describe, expect, it } from "vitest";
import type { Engine } from "../../../sim/engine/port.ts";
import { keptEngine } from "../../kept-engine.ts";
import { exploreExhaustively, searchTarget } from "../../../sim/search/exhaustive/explore-exhaustively.ts";
import { fewestPreemptions } from "../../../sim/search/exhaustive/fewest-preemptions.ts";
import { replay } from "../../../sim/search/replay.ts";
import { mutantData, oneRequest, type OneRequestData } from "../../races/one-request.ts";

const MAX_PREEMPTIONS = 3;
/** What each mutant needs with the data of `mutantData`. */
const NEEDED: Readonly<Record<number, number>> = { 1: 0, 2: 1, 3: 1, 4: 1, 5: 1, 6: 0, 7: 0, 9: 1 };

let engine: Engine;

beforeAll(async () => {
  engine = await keptEngine();
});

describe.each(oneRequest.mutants)("mutant $id ($title)", ({ id, violates }) => {
  it(`needs ${NEEDED[id]} preemption(s), and its counterexample replays`, async () => {
    const target = await searchTarget(engine, oneRequest, mutantData[id], { seed: 1, mutant: id });
    const [invariant = ""] = violates;
    const fewest = await fewestPreemptions(target, invariant, MAX_PREEMPTIONS);
    expect(fewest).toMatchObject({
      kind: "proved",
      preemptions: NEEDED[id],
      run: { preemptions: NEEDED[id] },
    });
    const race = { ...oneRequest, exhaustive: { small: mutantData[id] as OneRequestData } };
    const options = { seed: 1, mutant: id, maxFailing: Infinity, preemptions: NEEDED[id] };
    const report = await exploreExhaustively(engine, race, options);
    const found = report.violations.find((violation) => violation.invariant === invariant);
    expect(report.exhausted).toBe(true);
    expect(found?.preemptions).toBe(NEEDED[id]);
    expect((await replay(engine, oneRequest, found?.token ?? "")).traceHash).toBe(found?.traceHash);
  });
});

describe("a search within a budget", () => {
  it("finds nothing in the reference", async () => {
    const small = Object.fromEntries(Object.entries(mutantData));
    const race = { ...oneRequest, exhaustive: small };
    const report = await exploreExhaustively(engine, race, { seed: 1, maxFailing: 1, preemptions: 1 });
    expect(report).toMatchObject({ exhausted: true, failingSchedules: 0, violations: [] });
    const target = await searchTarget(engine, oneRequest, mutantData[5], { seed: 1 });
    const fewest = await fewestPreemptions(target, "I1", 1);
    expect(fewest).toMatchObject({ kind: "not found", preemptions: 1 });
  });

  it("comes to what the whole search comes to when the budget is large, and to less when it is small", async () => {
    const race = { ...oneRequest, exhaustive: { small: mutantData[9] as OneRequestData } };
    const explore = async (budget: { readonly preemptions?: number; readonly delays?: number }) =>
      await exploreExhaustively(engine, race, { seed: 1, mutant: 9, maxFailing: Infinity, ...budget });
    const whole = await explore({});
    const [none, all, undelayed, delayed] = [
      await explore({ preemptions: 0 }),
      await explore({ preemptions: 99 }),
      await explore({ delays: 0 }),
      await explore({ delays: 99 }),
    ];
    expect([whole, none, all, undelayed, delayed].every(({ exhausted }) => exhausted)).toBe(true);
    expect([all.classes, delayed.classes]).toEqual([whole.classes, whole.classes]);
    expect(none.classes).toBeLessThan(whole.classes);
    expect(undelayed.schedules).toBe(1);
  });
});
