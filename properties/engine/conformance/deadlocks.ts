/**
 * Cycles of waits, and their victims.
 */
import { describe, expect, it } from "vitest";
import { codeOf, waitOf } from "./outcomes.ts";
import type { TestedEngine } from "./tested-engine.ts";

/** Registers the tests of deadlocks. */
export function describeDeadlocks({ run }: TestedEngine): void {
  describe("deadlocks", () => {
    it("breaks a cycle of two with 40P01 in one victim and lets the other go on", async () => {
      await run("a", "begin", "update item set stock = 1 where id = 1");
      await run("b", "begin", "update item set stock = 2 where id = 2");
      expect(waitOf((await run("a", "update item set stock = 1 where id = 2")).outcome)).toEqual(["b"]);
      const move = await run("b", "update item set stock = 2 where id = 1");
      expect(move.deadlocks).toHaveLength(1);
      const [deadlock] = move.deadlocks;
      expect(deadlock?.edges.map(({ session, waitsFor }) => `${session}->${waitsFor}`).sort()).toEqual([
        "a->b",
        "b->a",
      ]);
      for (const edge of deadlock?.edges ?? []) {
        expect(edge.statement).toContain("update item");
        expect(edge.lock).toMatchObject({ kind: "row", relation: "item" });
      }
      const ends = new Map(move.settled.map(({ session, outcome }) => [session, outcome]));
      ends.set("b", move.outcome);
      const victim = deadlock?.victim ?? "";
      const survivor = victim === "a" ? "b" : "a";
      const failed = ends.get(victim);
      expect(failed).toMatchObject({
        kind: "failed",
        error: { code: "40P01", message: "deadlock detected" },
      });
      const detail = failed?.kind === "failed" ? failed.error.detail : "";
      for (const word of ["a", "b", "item", "tuple (0,1)", "tuple (0,2)"]) expect(detail).toContain(word);
      expect(detail).not.toMatch(/process \d/i);
      expect(ends.get(survivor)).toMatchObject({ kind: "done" });
    });

    it("breaks a cycle of three with one victim", async () => {
      for (const [session, key] of [
        ["a", 1],
        ["b", 2],
        ["c", 3],
      ] as const) {
        await run(session, "begin", `select pg_advisory_xact_lock(${key})`);
      }
      await run("a", "select pg_advisory_xact_lock(2)");
      await run("b", "select pg_advisory_xact_lock(3)");
      const move = await run("c", "select pg_advisory_xact_lock(1)");
      expect(move.deadlocks).toHaveLength(1);
      expect(move.deadlocks[0]?.edges).toHaveLength(3);
      const failures = [move.outcome, ...move.settled.map(({ outcome }) => outcome)].filter(
        (outcome) => outcome.kind === "failed",
      );
      expect(failures.map(codeOf)).toEqual(["40P01"]);
    });
  });
}
