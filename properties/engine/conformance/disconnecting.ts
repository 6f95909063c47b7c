/**
 * A client that crashes.
 */
import { describe, expect, it } from "vitest";
import { waitOf } from "./outcomes.ts";
import type { TestedEngine } from "./tested-engine.ts";

/** Registers the tests of disconnecting. */
export function describeDisconnecting({ engine, run, stocks }: TestedEngine): void {
  describe("disconnecting", () => {
    it("rolls the session back and lets its waiters go on", async () => {
      await run("a", "begin", "update item set stock = 0 where id = 1");
      await run("b", "begin", "select stock from item where id = 1 for update");
      const move = await engine().disconnect("a");
      expect(move.commits).toEqual([]);
      expect(move.settled).toMatchObject([
        { session: "b", wokenBy: "a", outcome: { kind: "done", result: { rows: [{ stock: 10 }] } } },
      ]);
    });

    it("ends a session that waits, and releases what it held", async () => {
      await run("a", "begin", "update item set stock = 0 where id = 1");
      await run("b", "begin", "update item set stock = 0 where id = 2");
      expect(waitOf((await run("b", "update item set stock = 0 where id = 1")).outcome)).toEqual(["a"]);
      expect(waitOf((await run("c", "update item set stock = 7 where id = 2")).outcome)).toEqual(["b"]);
      const move = await engine().disconnect("b");
      expect(move.settled).toMatchObject([{ session: "c", wokenBy: "b", outcome: { kind: "done" } }]);
      expect((await run("a", "commit")).settled).toEqual([]);
      expect(await stocks()).toEqual([
        [1, 0],
        [2, 7],
      ]);
    });

    it("releases session advisory locks, and the name can be used again", async () => {
      await run("a", "select pg_advisory_lock(44)");
      await run("b", "select pg_advisory_lock(44)");
      expect((await engine().disconnect("a")).settled).toMatchObject([
        { session: "b", outcome: { kind: "done" } },
      ]);
      await engine().open("a");
      expect((await run("a", "select 1 as one")).outcome.kind).toBe("done");
    });
  });
}
