import { describe, expect, it } from "vitest";
import { createPaint } from "../../sim/report/paint.ts";
import { stepTable } from "../../sim/report/step-table.ts";
import { summaryTable } from "../../sim/report/summary-table.ts";
import type { ExploreReport } from "../../sim/search/explore.ts";
import type { FoundViolation } from "../../sim/search/shrink-each.ts";
import { done, runResult, traceStep, waitingFor } from "./run-result.ts";

const ESCAPE = "\u001b";

const run = runResult({
  steps: [
    traceStep(1, "alice", "select state\n  from task for update"),
    traceStep(2, "bob", "select state from task for update", {
      outcome: waitingFor("alice", "task"),
      preemption: true,
    }),
    traceStep(3, "alice", "commit", {
      timeMs: 5,
      outcome: done("COMMIT", null),
      commits: ["alice"],
      settled: [{ session: "bob", wokenBy: "alice", text: "select", outcome: done("SELECT", 2) }],
    }),
  ],
  violations: [{ invariant: "I2", promise: "p", message: "m", step: 3 }],
});

describe("the table of steps", () => {
  it("says who did what, who waited, who was woken, and where the promise broke", () => {
    expect(stepTable(run).split("\n")).toEqual([
      "step  ms  session  in  statement                          outcome                                               then",
      "   1   0  alice        select state from task for update  1 row",
      "   2   0  bob *        select state from task for update  waits for alice (row tuple (0,1) of task, ShareLock)",
      "   3   5  alice        commit                             COMMIT                                                bob woken by alice: 2 rows; commit of alice; I2 broke",
    ]);
  });

  it("has colours for a terminal only", () => {
    expect(stepTable(run)).not.toContain(ESCAPE);
    expect(stepTable(run, createPaint(true))).toContain(ESCAPE);
    expect(stepTable(run, createPaint(false))).toBe(stepTable(run));
  });
});

function violation(invariant: string, schedules: number): FoundViolation {
  return {
    invariant,
    promise: "p",
    message: "m",
    schedules,
    index: 3,
    strategy: "urw",
    token: "t",
    steps: 9,
    preemptions: 1,
    traceHash: "x",
    run,
  };
}

describe("the summary", () => {
  it("names every number and the violated invariants", () => {
    const report: ExploreReport = {
      race: "test/race",
      mutant: 4,
      seed: 42,
      strategy: "mixed",
      shard: { part: 2, parts: 3 },
      schedules: 12,
      distinctSchedules: 11,
      scheduleClasses: 9,
      classesSeenOnce: 3,
      unseenEstimate: 0.25,
      steps: 340,
      preemptions: 56,
      waits: 7,
      deadlocks: 1,
      labels: {},
      answers: {},
      strategies: {},
      lockOrder: [],
      failingSchedules: 5,
      endedEarly: true,
      lockCycles: [{ locks: ["a", "b"], edges: [] }],
      violations: [violation("I8", 5), violation("I3", 2)],
      shrinkBoundReached: false,
      schedulesPerSecond: 312.4,
      traceHash: "00ff00ff00ff00ff",
      vacuous: [],
      coverage: { schedules: "", classesSeenOnce: "", classesSeenMore: "" },
    };
    expect(
      summaryTable(report)
        .split("\n")
        .map((line) => line.split(/ {2,}/)),
    ).toEqual([
      ["race", "test/race"],
      ["mutant", "4"],
      ["strategy", "mixed"],
      ["shard", "2 of 3"],
      ["schedules", "12 (ended early: enough have failed)"],
      ["distinct schedules", "11"],
      ["schedule classes", "9, 3 of them seen once"],
      ["still unseen", "25.0 % (Good-Turing: a next schedule is of a new class)"],
      ["steps", "340"],
      ["preemptions", "56"],
      ["waits", "7"],
      ["deadlocks", "1"],
      ["possible deadlocks", "1"],
      ["violations", "in 5 schedules: I8 5, I3 2"],
      ["schedules per second", "312"],
      ["seed", "42"],
      ["trace hash", "00ff00ff00ff00ff"],
    ]);
  });
});
