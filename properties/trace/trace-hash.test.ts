import { describe, expect, it } from "vitest";
import { traceHash } from "../../sim/trace/trace-hash.ts";
import type { RunResult, TraceStep } from "../../sim/trace/trace.ts";
import { done, runResult, traceStep, waitingFor } from "../report/run-result.ts";

const update = "update item set stock = 0";

function hashOf(step: Partial<TraceStep>, parts: Partial<RunResult> = {}): string {
  const { traceHash: _none, ...run } = runResult({ steps: [traceStep(1, "alice", update, step)], ...parts });
  return traceHash(run);
}

describe("the trace hash", () => {
  it("is 16 hex digits, the same for the same run", () => {
    expect(hashOf({})).toMatch(/^[0-9a-f]{16}$/);
    expect(hashOf({})).toBe(hashOf({}));
  });

  it("is another one wherever a run differs: in a step, in what it brought about, in who could go, in the history", () => {
    const settled = { session: "bob", wokenBy: "alice", text: update, outcome: done("update", 1) };
    const deadlocks = [{ victim: "alice", edges: [] }];
    const call = { actor: "alice", name: "book", input: {}, beginStep: 1, beginMs: 0 };
    const hashes = [
      hashOf({}),
      hashOf({ session: "bob" }),
      hashOf({ timeMs: 1 }),
      hashOf({ operation: "book" }),
      hashOf({ action: { kind: "statement", text: "select 1", values: [] } }),
      hashOf({ action: { kind: "statement", text: update, values: [1] } }),
      hashOf({ action: { kind: "timeout", text: update } }),
      hashOf({ action: { kind: "sleep", durationMs: 1 } }),
      hashOf({ action: { kind: "sleep", durationMs: 2 } }),
      hashOf({ action: { kind: "connection", text: "connect" } }),
      hashOf({ action: { kind: "connection", text: "disconnect" } }),
      hashOf({ outcome: done("update", 2) }),
      hashOf({ outcome: waitingFor("bob", "item") }),
      hashOf({ settled: [settled] }),
      hashOf({ settled: [{ ...settled, session: "cem" }] }),
      hashOf({ settled: [{ ...settled, wokenBy: "bob" }] }),
      hashOf({ settled: [{ ...settled, outcome: done("update", 2) }] }),
      hashOf({ deadlocks }),
      hashOf({ commits: ["alice"] }),
      hashOf({ enabled: ["alice", "bob"] }),
      hashOf({ preemption: true }),
      hashOf({}, { history: [call] }),
      hashOf({}, { taken: ["alice"] }),
      hashOf({}, { data: { seats: 1 } }),
    ];
    expect(new Set(hashes).size).toBe(hashes.length);
  });
});
