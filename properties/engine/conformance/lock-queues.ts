/**
 * Several waiters for one lock: who goes on first, and who waits for whom then.
 */
import { describe, expect, it } from "vitest";
import { waitOf } from "./outcomes.ts";
import type { TestedEngine } from "./tested-engine.ts";

/** Registers the tests of lock queues. */
export function describeLockQueues({ engine, run, stocks }: TestedEngine): void {
  describe("lock queues", () => {
    const lockOne = "select stock from item where id = 1 for update";

    it("serves two waiters for a row first come, first served", async () => {
      await run("a", "begin", lockOne);
      const update = "update item set stock = stock * 10 + $1 where id = 1";
      const b = await engine().execute("b", { text: update, values: [2] });
      const c = await engine().execute("c", { text: update, values: [3] });
      expect([b.outcome.kind, c.outcome.kind]).toEqual(["waiting", "waiting"]);
      const commit = await run("a", "commit");
      expect(commit.settled.map(({ session, outcome }) => [session, outcome.kind])).toEqual([
        ["b", "done"],
        ["c", "done"],
      ]);
      expect(commit.commits).toEqual(["a", "b", "c"]);
      expect((await stocks())[0]).toEqual([1, 1023]);
    });

    it("serves two waiters for a row that its holder changed in either order, and says in which", async () => {
      await run("a", "begin", "update item set stock = 1 where id = 1");
      const update = "update item set stock = stock * 10 + $1 where id = 1";
      await engine().execute("b", { text: update, values: [2] });
      await engine().execute("c", { text: update, values: [3] });
      const commit = await run("a", "commit");
      const order = commit.settled
        .filter(({ outcome }) => outcome.kind === "done")
        .map(({ session }) => session);
      expect([...order].sort()).toEqual(["b", "c"]);
      expect(commit.commits).toEqual(["a", ...order]);
      expect((await stocks())[0]).toEqual([1, order[0] === "b" ? 123 : 132]);
    });

    it("serves waiters for a table lock first come, first served, also those who could share it", async () => {
      await run("a", "begin", "lock table item in share mode");
      expect(waitOf((await run("b", "begin", "lock table item in exclusive mode")).outcome)).toEqual(["a"]);
      expect(waitOf((await run("c", "begin", "lock table item in share mode")).outcome)).toEqual(["b"]);
      const first = await run("a", "commit");
      expect(first.settled).toMatchObject([{ session: "b", wokenBy: "a", outcome: { kind: "done" } }]);
      const second = await run("b", "commit");
      expect(second.settled).toMatchObject([{ session: "c", wokenBy: "b", outcome: { kind: "done" } }]);
    });

    it("lets the second waiter wait for the first when that one gets the row and keeps it", async () => {
      await run("a", "begin", lockOne);
      await run("b", "begin", lockOne);
      await run("c", "begin", lockOne);
      const first = await run("a", "commit");
      expect(
        first.settled.filter(({ outcome }) => outcome.kind === "done").map(({ session }) => session),
      ).toEqual(["b"]);
      const second = await run("b", "commit");
      expect(second.settled).toMatchObject([{ session: "c", wokenBy: "b", outcome: { kind: "done" } }]);
    });

    it("reports a waiter that goes on and then waits for another session", async () => {
      await run("a", "begin", "update item set stock = 0 where id = 1");
      await run("b", "begin", "update item set stock = 0 where id = 2");
      const both = "select id from item order by id for update";
      expect(waitOf((await run("c", "begin", both)).outcome)).toEqual(["a"]);
      const first = await run("a", "commit");
      expect(first.settled).toMatchObject([
        { session: "c", wokenBy: "a", outcome: { kind: "waiting", wait: { for: ["b"] } } },
      ]);
      const second = await run("b", "commit");
      expect(second.settled).toMatchObject([
        { session: "c", wokenBy: "b", outcome: { kind: "done", result: { rows: [{ id: 1 }, { id: 2 }] } } },
      ]);
    });
  });
}
