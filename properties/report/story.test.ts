import { describe, expect, it } from "vitest";
import { MAX_SENTENCES, tellLinkedStory, tellStory } from "../../sim/report/story.ts";
import type { TraceStep } from "../../sim/trace/trace.ts";
import { done, runResult, traceStep, waitingFor } from "./run-result.ts";

const READ = "select state from task where id = $1 for update";
const WRITE = "update task set state = $1 where id = $2";

/** Steps of alice and bob in turns, all reads; that with the number `waitsAt` has to wait. */
function alternating(count: number, waitsAt?: number): readonly TraceStep[] {
  return Array.from({ length: count }, (_, index) =>
    traceStep(
      index + 1,
      index % 2 === 0 ? "alice" : "bob",
      READ,
      index + 1 === waitsAt ? { outcome: waitingFor("alice", "task") } : {},
    ),
  );
}

describe("a story", () => {
  it("tells consecutive statements of one operation in one sentence, with what the operation returned", async () => {
    const story = await tellStory(
      runResult({
        steps: [
          traceStep(1, "alice", "begin", { operation: "respond" }),
          traceStep(2, "alice", READ, { operation: "respond" }),
          traceStep(3, "alice", WRITE, { operation: "respond" }),
          traceStep(4, "alice", "commit", {
            operation: "respond",
            commits: ["alice"],
            outcome: done("COMMIT", null),
          }),
        ].map((step) => (step.step === 1 ? { ...step, outcome: done("BEGIN", null) } : step)),
        history: [
          {
            actor: "alice",
            name: "respond",
            input: {},
            beginStep: 1,
            endStep: 4,
            beginMs: 0,
            endMs: 0,
            result: { status: 200 },
          },
        ],
      }),
    );
    expect(story).toEqual([
      'alice, in respond, locked task, updated task, committed and got {"status":200} from respond (steps 1 to 4).',
    ]);
  });

  it("says who waited for whom, who let it go on, and where the promise broke", async () => {
    const story = await tellStory(
      runResult({
        steps: [
          traceStep(1, "alice", READ),
          traceStep(2, "bob", READ, { outcome: waitingFor("alice", "task") }),
          traceStep(3, "alice", "commit", {
            outcome: done("COMMIT", null),
            commits: ["alice"],
            settled: [{ session: "bob", wokenBy: "alice", text: READ, outcome: done("SELECT", 0) }],
          }),
          traceStep(4, "bob", "commit", { outcome: done("COMMIT", null), commits: ["bob"] }),
          traceStep(5, "bob", "select 1"),
        ],
        violations: [
          { invariant: "I2", promise: "No stranded answer.", message: "task 7 is stranded", step: 4 },
        ],
      }),
    );
    expect(story).toEqual([
      "alice locked task (step 1).",
      "bob had to wait for alice to lock task (row tuple (0,1) of task, ShareLock) (step 2).",
      "alice committed (step 3).",
      "bob had been waiting; alice let it go on and it locked task (no row).",
      "bob committed (step 4).",
      "Here, at step 4, I2 broke (No stranded answer): task 7 is stranded.",
    ]);
  });

  it("tells a deadlock as its cycle and its victim", async () => {
    const wait = waitingFor("bob", "task").wait;
    const edge = (session: string, waitsFor: string) => ({
      session,
      waitsFor,
      statement: READ,
      lock: wait.lock,
    });
    const failed = { kind: "failed" as const, code: "40P01", message: "deadlock detected" };
    const deadlocks = [{ victim: "alice", edges: [edge("alice", "bob"), edge("bob", "alice")] }];
    const story = await tellStory(
      runResult({ steps: [traceStep(1, "alice", READ, { outcome: failed, deadlocks })] }),
    );
    expect(story).toEqual([
      "alice failed to lock task: 40P01, deadlock detected (step 1).",
      "This closed a cycle: alice waited for bob (row tuple (0,1) of task, ShareLock) and bob waited for alice" +
        " (row tuple (0,1) of task, ShareLock); alice was the deadlock's victim.",
    ]);
  });

  it("has at most a dozen sentences: the breach, the waits, and what is near them", async () => {
    const steps = alternating(41, 10);
    const violations = [{ invariant: "I1", promise: "One answer", message: "two answers", step: 40 }];
    const story = await tellStory(runResult({ steps, violations }));
    expect(story).toHaveLength(MAX_SENTENCES);
    expect(story[0]).toBe("Of 41 steps these tell the most (the table has all).");
    expect(story.filter((line) => line.includes("had to wait"))).toHaveLength(1);
    expect(story).toContain("alice locked task (step 11).");
    expect(story).toContain("bob locked task (step 40).");
    expect(story.at(-1)).toBe("Here, at step 40, I1 broke (One answer): two answers.");
    const places = story.slice(1, -1).map((line) => Number(/step (\d+)/.exec(line)?.[1]));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  it("of a run without violations, waits or commits is short too", async () => {
    const steps = alternating(40);
    const story = await tellStory(runResult({ steps }));
    expect(story).toHaveLength(MAX_SENTENCES);
    expect(story.at(-1)).toBe("bob locked task (step 40).");
  });

  it("names the rows that a statement locks, and only the first of several promises that broke in one step in full", async () => {
    const step = traceStep(1, "alice", READ, {
      action: { kind: "statement", text: READ, values: ["t7"] },
      commits: ["alice"],
    });
    const violations = ["I1", "I2", "I3"].map((invariant) => ({
      invariant,
      promise: `${invariant} holds.`,
      message: `row ${invariant}`,
      step: 1,
    }));
    expect(await tellStory(runResult({ steps: [step], violations }))).toEqual([
      "alice locked task id=t7 (step 1).",
      "Here, at step 1, I1 broke (I1 holds): row I1. The same step broke I2 and I3.",
    ]);
  });

  it("does not look for the cause around the last step, where promises about the whole run are checked", async () => {
    const steps = alternating(40, 10);
    const violations = [{ invariant: "liveness", promise: "It ends", message: "it does not", step: 40 }];
    const story = await tellStory(runResult({ steps, violations }));
    expect(story).toContain("alice locked task (step 11).");
    expect(story).not.toContain("bob locked task (step 40).");
  });

  it("links each sentence to the steps that it tells", async () => {
    const steps = [traceStep(1, "alice", READ), traceStep(2, "alice", READ), traceStep(3, "bob", READ)];
    const linked = await tellLinkedStory(runResult({ steps }));
    expect(linked.map(({ fromStep, toStep }) => [fromStep, toStep])).toEqual([
      [1, 2],
      [3, 3],
    ]);
  });
});
