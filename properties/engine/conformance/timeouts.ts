/**
 * lock_timeout and statement_timeout, in virtual time.
 */
import { describe, expect, it } from "vitest";
import { codeOf, resultOf, waitOf } from "./outcomes.ts";
import type { TestedEngine } from "./tested-engine.ts";

/** Registers the tests of timeouts. */
export function describeTimeouts({ engine, run }: TestedEngine): void {
  describe("timeouts", () => {
    const lockOne = "select stock from item where id = 1 for update";

    it("lets a waiter time out in virtual time with 55P03, and comes back to a savepoint", async () => {
      await run("a", "begin", "update item set stock = 0 where id = 1");
      await run("b", "set lock_timeout = '2s'", "begin", "savepoint s");
      expect(engine().timeoutAt("b")).toBeUndefined();
      engine().advanceTo(5_000);
      expect(waitOf((await run("b", lockOne)).outcome)).toEqual(["a"]);
      expect(engine().timeoutAt("b")).toBe(7_000);
      engine().advanceTo(7_000);
      const move = await engine().expire("b");
      expect(move.outcome).toMatchObject({
        kind: "failed",
        error: { code: "55P03", message: "canceling statement due to lock timeout" },
      });
      expect(engine().timeoutAt("b")).toBeUndefined();
      const { outcome } = await run("b", "rollback to s", "select 1 as one", "commit", "show lock_timeout");
      expect(resultOf(outcome).rows).toEqual([{ lock_timeout: "2s" }]);
    });

    it("lets the waiters for a session that times out go on", async () => {
      await run("a", "begin", "update item set stock = 0 where id = 1");
      await run("b", "begin", "update item set stock = 0 where id = 2", "set local lock_timeout = 300");
      await run("b", lockOne);
      expect(waitOf((await run("c", "update item set stock = 7 where id = 2")).outcome)).toEqual(["b"]);
      engine().advanceTo(1_300);
      const move = await engine().expire("b");
      expect(codeOf(move.outcome)).toBe("55P03");
      expect(move.settled).toMatchObject([{ session: "c", wokenBy: "b", outcome: { kind: "done" } }]);
      expect(move.commits).toEqual(["c"]);
    });

    it("lets a statement time out with 57014 when statement_timeout is the shorter one", async () => {
      await run("a", "begin", "update item set stock = 0 where id = 1");
      await run("b", "set statement_timeout = '1min'", "set lock_timeout = '2min'", lockOne);
      expect(engine().timeoutAt("b")).toBe(61_000);
      engine().advanceTo(61_000);
      expect((await engine().expire("b")).outcome).toMatchObject({
        kind: "failed",
        error: { code: "57014", message: "canceling statement due to statement timeout" },
      });
    });

    it("forgets a lock_timeout that was set locally when the transaction ends", async () => {
      await run("a", "begin", "update item set stock = 0 where id = 1");
      await run("b", "begin", "set local lock_timeout = '1s'", "select 1 as one", "commit", lockOne);
      expect(engine().timeoutAt("b")).toBeUndefined();
    });

    it("does not let a statement time out that got its lock before", async () => {
      await run("a", "begin", "update item set stock = 3 where id = 1");
      await run("b", "begin", "set local lock_timeout = '1s'", lockOne);
      engine().advanceTo(1_999);
      expect((await run("a", "commit")).settled).toMatchObject([
        { session: "b", outcome: { kind: "done", result: { rows: [{ stock: 3 }] } } },
      ]);
      const { outcome } = await run("b", "show lock_timeout");
      expect(resultOf(outcome).rows).toEqual([{ lock_timeout: "1s" }]);
    });
  });
}
