import { describe, expect, it } from "vitest";
import { createPaint } from "../../sim/report/paint.ts";
import { runStates } from "../../sim/report/run-states.ts";
import { timeline } from "../../sim/report/timeline.ts";
import type { TraceStep } from "../../sim/trace/trace.ts";
import { done, runResult, traceStep, waitingFor } from "./run-result.ts";

const LOCK = "select state from task where id = $1 for update";

function lock(step: number, session: string, parts: Partial<TraceStep> = {}): TraceStep {
  return traceStep(step, session, LOCK, {
    action: { kind: "statement", text: LOCK, values: ["t7"] },
    ...parts,
  });
}

const run = runResult({
  steps: [
    lock(1, "alice"),
    lock(2, "bob", { outcome: waitingFor("alice", "task"), preemption: true }),
    traceStep(3, "alice", "commit", {
      timeMs: 5,
      outcome: done("COMMIT", null),
      commits: ["alice"],
      settled: [{ session: "bob", wokenBy: "alice", text: LOCK, outcome: done("SELECT", 1) }],
    }),
    traceStep(4, "bob", "commit", { outcome: done("COMMIT", null), commits: ["bob"] }),
  ],
  violations: [{ invariant: "I2", promise: "p", message: "m", step: 4 }],
});

const ESCAPE = "\u001b";

describe("the states of a run", () => {
  it("tell who waits and who holds what, from the statement that gets a lock to the end of its transaction", async () => {
    const states = await runStates(run);
    expect(states.map(({ waits }) => waits.map(({ session, for: others }) => [session, ...others]))).toEqual([
      [],
      [],
      [["bob", "alice"]],
      [],
      [],
    ]);
    const held = { relation: "task", row: "id=t7", how: "locked" };
    expect(states.map(({ locks }) => locks)).toEqual([
      [],
      [{ ...held, session: "alice", sinceStep: 1 }],
      [{ ...held, session: "alice", sinceStep: 1 }],
      [{ ...held, session: "bob", sinceStep: 3 }],
      [],
    ]);
  });

  it("keep the locks of a failed statement where a savepoint can be rolled back to, and only there", async () => {
    const failed = { kind: "failed", code: "23505", message: "duplicate key" } as const;
    const insert = traceStep(3, "alice", "insert into task values (1)", { outcome: failed });
    const savepoint = traceStep(2, "alice", "savepoint s", { outcome: done("SAVEPOINT", null) });
    const [kept, lost] = await Promise.all([
      runStates(runResult({ steps: [lock(1, "alice"), savepoint, insert] })),
      runStates(runResult({ steps: [lock(1, "alice"), { ...insert, step: 2 }] })),
    ]);
    expect(kept.at(-1)?.locks).toHaveLength(1);
    expect(lost.at(-1)?.locks).toEqual([]);
  });
});

describe("the timeline", () => {
  it("has one column a session, with waits, held locks, commits and broken promises", async () => {
    expect((await timeline(run, 80)).split("\n")).toEqual([
      "step ms alice                               bob",
      "   1  0 lock task id=t7",
      "   2  0 │                                   * lock task id=t7",
      "        │                                   ░ waits for alice (row tuple (0,1)",
      "        │                                   of task, ShareLock)",
      "   3  5 ✓ commit                            ▶ 1 row (alice)",
      "   4  0                                     ✓ commit",
      "                                            ✗ I2 broke",
      "│ holds locks ░ waits ▶ was let go on ✓ committed * preemption",
    ]);
  });

  it.each([24, 31, 40, 57, 80, 200])("is never wider than the terminal (%i columns)", async (columns) => {
    const names = ["alice", "bob", "a-scheduler-with-a-long-name", "dora", "eve", "f", "g", "h"];
    const steps = names.map((name, index) => lock(index + 1, name));
    const text = await timeline(runResult({ steps }), columns);
    for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(columns);
    const shown = names.filter((name) => text.includes(name.slice(0, 3)));
    expect(shown.length).toBeGreaterThan(0);
  });

  it("names the sessions for which there is no room", async () => {
    const steps = ["alice", "bob", "cem", "dora"].map((name, index) => lock(index + 1, name));
    const text = (await timeline(runResult({ steps }), 30)).replace(/\n/g, " ");
    expect(text).toContain("Not drawn for want of width: cem and dora.");
  });

  it("has colours for a terminal only", async () => {
    expect(await timeline(run, 80)).not.toContain(ESCAPE);
    expect(await timeline(run, 80, createPaint(true))).toContain(ESCAPE);
  });
});
