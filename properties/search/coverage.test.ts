import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createCoverage } from "../../sim/search/coverage.ts";
import type { RunSummary } from "../../sim/search/run-summary.ts";
import { scheduleClass } from "../../sim/search/schedule-class.ts";
import { createTally } from "../../sim/search/tally.ts";
import { loadGrammar } from "../../sim/sql/grammar.ts";

await loadGrammar();

const digest = (number: number): string => {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32BE(number);
  return bytes.toString("base64");
};

function summary(index: number, kind: number): RunSummary {
  return {
    index,
    strategy: kind % 2 === 0 ? "urw" : "pos",
    steps: 5 + kind,
    preemptions: kind,
    waits: 1,
    deadlocks: kind % 3,
    labels: [`label ${kind}`],
    answers: [`act ${kind % 3}`],
    schedule: digest(kind),
    scheduleClass: digest(kind % 4),
    hash: BigInt(kind + 1) << 61n,
    lockEdges: [],
    broken: kind % 5 === 0 ? ["I1"] : [],
    choices: [],
  };
}

describe("coverage", () => {
  it("counts schedules and classes, and estimates what is unseen by the classes seen once", () => {
    const coverage = createCoverage();
    for (const kind of [1, 2, 2, 5, 3]) coverage.add(digest(kind), digest(kind % 4));
    expect(coverage.counts(5)).toEqual({
      distinctSchedules: 4,
      scheduleClasses: 3,
      classesSeenOnce: 1,
      unseenEstimate: 0.2,
    });
    expect(createCoverage().counts(0).unseenEstimate).toBe(1);
  });
});

describe("a tally", () => {
  it("of parts that are added up equals the tally of the whole, whatever the parts", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(12), { maxLength: 60 }), fc.integer({ min: 1, max: 5 }), (kinds, parts) => {
        const whole = createTally();
        const shards = Array.from({ length: parts }, createTally);
        kinds.forEach((kind, index) => {
          whole.add(summary(index, kind));
          shards[index % parts]!.add(summary(index, kind));
        });
        const merged = createTally();
        for (const shard of shards.toReversed()) merged.addTotals(shard.totals(), shard.coverage());
        expect(merged.totals()).toEqual(whole.totals());
        expect(merged.coverage()).toEqual(whole.coverage());
      }),
    );
  });

  it("has a hash that tells which run was which", () => {
    const [one, other] = [createTally(), createTally()];
    one.add(summary(0, 1));
    other.add(summary(0, 2));
    expect(one.totals().traceHash).not.toBe(other.totals().traceHash);
  });
});

describe("the class of a schedule", () => {
  const step = (session: string, text: string) => ({
    session,
    action: { kind: "statement", text, values: [] },
  });
  const classOf = (...steps: readonly ReturnType<typeof step>[]): string => scheduleClass({ steps } as never);
  const [a, b] = ["update a set x = 1", "update b set x = 1"];

  it("is the same for orders that differ in independent steps only", () => {
    expect(classOf(step("s", a), step("t", b))).toBe(classOf(step("t", b), step("s", a)));
    expect(classOf(step("s", "select * from a"), step("t", "select * from a"))).toBe(
      classOf(step("t", "select * from a"), step("s", "select * from a")),
    );
  });

  it("differs where dependent steps change places: of writes, of a commit and a read, of what is not understood", () => {
    expect(classOf(step("s", a), step("t", a))).not.toBe(classOf(step("t", a), step("s", a)));
    const read = step("t", "select * from a");
    const write = [step("s", a), step("s", "commit")] as const;
    expect(classOf(...write, read)).not.toBe(classOf(write[0], read, write[1]));
    const strange = step("s", "vacuum");
    expect(classOf(strange, read)).not.toBe(classOf(read, strange));
  });
});
