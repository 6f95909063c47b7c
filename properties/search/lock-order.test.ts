import { describe, expect, it } from "vitest";
import { lockCycles } from "../../sim/search/lock-cycles.ts";
import { lockEdges, type LockEdge } from "../../sim/search/lock-order.ts";
import { loadGrammar } from "../../sim/sql/grammar.ts";
import type { Json, TraceStep } from "../../sim/trace/trace.ts";

await loadGrammar();

/** "session: statement | values" as steps of one run, in order; every statement is done at once. */
function run(...lines: readonly string[]): { readonly steps: readonly TraceStep[] } {
  return {
    steps: lines.map((line, index) => {
      const [, session = "", text = "", values = "[]"] = /^(\w+): ([^|]*?)(?: \| (.*))?$/.exec(line) ?? [];
      return {
        step: index + 1,
        timeMs: index,
        session,
        action: { kind: "statement", text, values: JSON.parse(values) as Json },
        outcome: { kind: "done", command: "OK", rowCount: null, rows: [] },
        settled: [],
        deadlocks: [],
        commits: [],
        enabled: [],
        preemption: false,
      };
    }),
  };
}

const pairs = (edges: readonly LockEdge[]): readonly string[] =>
  edges.map(({ session, held, asked }) => `${session}: ${held} -> ${asked}`);
const cyclesOf = (...runs: readonly { readonly steps: readonly TraceStep[] }[]): readonly string[] =>
  lockCycles(runs.flatMap(lockEdges)).map(({ locks }) => locks.join(" "));

const oneWay = [
  "s: select * from a where id = 1 for update",
  "s: update b set x = 1 where id = 1",
  "s: commit",
];
const otherWay = ["t: update b set x = 1 where id = 2", "t: delete from a where id = 2", "t: commit"];

describe("the order of locks", () => {
  it("is told by relation: what a transaction held when it asked for more", () => {
    expect(pairs(lockEdges(run(...oneWay)))).toEqual(["s: a -> b"]);
    expect(pairs(lockEdges(run(...oneWay, "s: update c set x = 1", "s: commit")))).toEqual(["s: a -> b"]);
    expect(pairs(lockEdges(run("s: select * from a", "s: update b set x = 1")))).toEqual([]);
  });

  it("is told by row within a relation, in the order in which the rows are locked", () => {
    const many = 's: select * from a where id = any ($1) order by id for update | [["2", "1"]]';
    expect(pairs(lockEdges(run(many)))).toEqual(["s: a(id=1) -> a(id=2)"]);
    const again = run(
      "s: select * from a where id = $1 for update | [7]",
      "s: update a set x = 1 where id = 7",
    );
    expect(pairs(lockEdges(again))).toEqual([]);
  });

  it("knows what never waits, and what a statement was seen waiting for", () => {
    expect(lockEdges(run(oneWay[0]!, "s: select * from b for update skip locked"))).toEqual([]);
    const waiting = run(oneWay[0]!, "s: insert into c values (1)");
    const lock = { kind: "row", mode: "ShareLock", relation: "parent" } as const;
    const steps = waiting.steps.with(1, {
      ...waiting.steps[1]!,
      outcome: { kind: "waiting", wait: { for: ["t"], lock } },
    });
    expect(pairs(lockEdges({ steps }))).toContain("s: a -> parent");
  });
});

describe("possible deadlocks", () => {
  it("are circles that different sessions can close, though no run met one", () => {
    expect(cyclesOf(run(...oneWay), run(...otherWay))).toEqual(["a b"]);
    expect(cyclesOf(run(...oneWay, ...otherWay))).toEqual(["a b"]);
    expect(cyclesOf(run(...oneWay))).toEqual([]);
  });

  it("are none where one session does both, one after the other", () => {
    expect(cyclesOf(run(...oneWay, ...otherWay.map((line) => line.replace("t:", "s:"))))).toEqual([]);
  });

  it("are none where both shared the lock, or both hold another row before", () => {
    const shared = [oneWay[0]!.replace("update", "share"), oneWay[1]!];
    const sharing = [otherWay[0]!, "t: select * from a where id = 2 for share"];
    expect(cyclesOf(run(...shared), run(...sharing))).toEqual([]);
    const gate = (session: string) => `${session}: select * from g where id = 1 for update`;
    expect(cyclesOf(run(gate("s"), ...oneWay), run(gate("t"), ...otherWay))).toEqual([]);
    const others = (session: string) => gate(session).replace("1", session === "s" ? "1" : "2");
    expect(cyclesOf(run(others("s"), ...oneWay), run(others("t"), ...otherWay))).toEqual(["a b"]);
  });

  it("are found between rows of one relation, and over three sessions", () => {
    const lock = (session: string, id: number) => `${session}: update a set x = 1 where id = $1 | [${id}]`;
    expect(cyclesOf(run(lock("s", 1), lock("s", 2)), run(lock("t", 2), lock("t", 1)))).toEqual([
      "a(id=1) a(id=2)",
    ]);
    expect(cyclesOf(run(lock("s", 1), lock("s", 2)), run(lock("t", 1), lock("t", 2)))).toEqual([]);
    const two = (session: string, one: string, other: string) =>
      run(`${session}: update ${one} set x = 1`, `${session}: update ${other} set x = 1`);
    expect(cyclesOf(two("s", "a", "b"), two("t", "b", "c"), two("u", "c", "a"))).toEqual(["a b c"]);
  });
});
