import { describe, expect, it } from "vitest";
import { reachOf } from "../../sim/search/reach.ts";
import type { RunResult } from "../../sim/trace/trace.ts";

/** Steps as "session text" or "session text=rows"; "waits" in place of the rows: it waits. */
function runOf(...lines: readonly string[]): Pick<RunResult, "steps"> {
  const steps = lines.map((line) => {
    const [, session, text = "", , rows = "0"] = /^(\S+) (\S+?)(=(\w+))?$/.exec(line) ?? [];
    const done = { kind: "done", command: text.toUpperCase(), rowCount: Number(rows), rows: [] };
    return {
      session,
      operation: "work",
      action: { kind: "statement", text, values: [] },
      outcome: rows === "waits" ? { kind: "waiting" } : done,
      settled: [] as object[],
      commits: text === "commit" ? [session] : [],
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

  it("with the most rows that it found, also after it had waited", () => {
    const run = runOf("ben read", "ann lock=waits", "ben commit", "ann commit");
    const woken = { session: "ann", text: "lock", outcome: { kind: "done", rowCount: 3 } };
    (run.steps[2]!.settled as object[]).push(woken);
    expect(reachOf(run, "lock")).toEqual({ beside: true, rows: 3 });
  });
});
