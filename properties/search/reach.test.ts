import { describe, expect, it } from "vitest";
import { reachOf } from "../../sim/search/reach.ts";
import type { RunResult } from "../../sim/trace/trace.ts";

/**
 * Steps as "session text" or "session text=rows"; "waits" in place of the rows: it waits. "insert" commits by itself; what a session
 * does after "next" belongs to another operation.
 */
function runOf(...lines: readonly string[]): Pick<RunResult, "steps"> {
  const operations = new Map<string, number>();
  const steps = lines.map((line) => {
    const [, session, text = "", , rows = "0"] = /^(\S+) (\S+?)(=(\w+))?$/.exec(line) ?? [];
    const done = { kind: "done", command: text.toUpperCase(), rowCount: Number(rows), rows: [] };
    const operation = operations.get(session ?? "") ?? 0;
    if (text === "next") operations.set(session ?? "", operation + 1);
    return {
      session,
      operation: `work ${operation}`,
      action: { kind: "statement", text, values: [] },
      outcome: rows === "waits" ? { kind: "waiting" } : done,
      settled: [] as object[],
      commits: ["commit", "insert"].includes(text) ? [session] : [],
    };
  });
  return { steps } as unknown as Pick<RunResult, "steps">;
}

describe("a run reaches a statement", () => {
  it("not at all where nobody sends it", () => {
    expect(reachOf(runOf("ann read", "ann commit"), "lock")).toBeUndefined();
  });

  it("alone where all others are between two transactions", () => {
    const reach = { beside: false, rows: 2 };
    expect(reachOf(runOf("ben read", "ben commit", "ann lock=2", "ann commit", "ben read"), "lock")).toEqual(
      reach,
    );
    expect(reachOf(runOf("ann lock=2", "ben read", "ben commit", "ann commit"), "lock")).toEqual(reach);
  });

  it("beside somebody who is in the middle of a transaction", () => {
    const run = runOf("ben read", "ann lock=1", "ann commit", "ben commit");
    expect(reachOf(run, "lock")).toEqual({ beside: true, rows: 1 });
  });

  it.each(["commit", "rollback", "insert", "next"])("alone where another one's last step is %s", (last) => {
    const run = runOf(`ben ${last}`, "ann lock=1", "ann commit", "ben read");
    expect(reachOf(run, "lock")).toEqual({ beside: false, rows: 1 });
  });

  it("with the most rows that it found, also after it had waited", () => {
    expect(reachOf(runOf("ann lock=3", "ann lock=1"), "lock")).toEqual({ beside: false, rows: 3 });
    const run = runOf("ben read", "ann lock=waits", "ben commit", "ann commit");
    const woken = { session: "ann", text: "lock", outcome: { kind: "done", rowCount: 3 } };
    (run.steps[2]!.settled as object[]).push(woken);
    expect(reachOf(run, "lock")).toEqual({ beside: true, rows: 3 });
  });
});
