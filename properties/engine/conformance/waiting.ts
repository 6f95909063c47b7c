/**
 * What makes a statement wait, for whom, and what becomes of it.
 */
import { describe, expect, it } from "vitest";
import { codeOf, resultOf, waitOf } from "./outcomes.ts";
import type { TestedEngine } from "./tested-engine.ts";

/** Registers the tests of waiting. */
export function describeWaiting({ run }: TestedEngine): void {
  describe("waiting", () => {
    const lockOne = "select stock from item where id = 1 for update";

    it("lets a locker wait for the row's holder and go on when it commits, with the row as it is then", async () => {
      await run("a", "begin", "update item set stock = 5 where id = 1");
      const { outcome } = await run("b", "begin", lockOne);
      expect(outcome).toMatchObject({
        kind: "waiting",
        wait: {
          for: ["a"],
          lock: { kind: "row", mode: "ShareLock", relation: "item", row: "tuple (0,1)" },
        },
      });
      const commit = await run("a", "commit");
      expect(commit.commits).toEqual(["a"]);
      expect(commit.settled).toMatchObject([
        { session: "b", wokenBy: "a", outcome: { kind: "done", result: { rows: [{ stock: 5 }] } } },
      ]);
    });

    it("lets a waiter go on with the old row when the holder rolls back", async () => {
      await run("a", "begin", "update item set stock = 5 where id = 1");
      await run("b", "begin", lockOne);
      const rollback = await run("a", "rollback");
      expect(rollback.commits).toEqual([]);
      expect(rollback.settled).toMatchObject([
        { session: "b", outcome: { kind: "done", result: { rows: [{ stock: 10 }] } } },
      ]);
    });

    it("fails a REPEATABLE READ waiter with 40001 when the holder changed the row", async () => {
      await run("b", "begin isolation level repeatable read", "select 1 from item");
      await run("a", "begin", "update item set stock = 5 where id = 1");
      expect(waitOf((await run("b", lockOne)).outcome)).toEqual(["a"]);
      const commit = await run("a", "commit");
      expect(commit.settled).toMatchObject([
        { session: "b", wokenBy: "a", outcome: { kind: "failed", error: { code: "40001" } } },
      ]);
    });

    it("skips locked rows with SKIP LOCKED", async () => {
      await run("a", "begin", lockOne);
      const { outcome } = await run("b", "select id from item order by id for update skip locked");
      expect(resultOf(outcome).rows).toEqual([{ id: 2 }]);
    });

    it("raises 55P03 with NOWAIT", async () => {
      await run("a", "begin", lockOne);
      expect(codeOf((await run("b", `${lockOne} nowait`)).outcome)).toBe("55P03");
    });

    it("lets two sessions share a row and makes the writer wait for both", async () => {
      await run("a", "begin", "select from item where id = 1 for share");
      await run("b", "begin", "select from item where id = 1 for share");
      const writer = await run("c", "update item set stock = 0 where id = 1");
      expect(writer.outcome.kind).toBe("waiting");
      const first = await run("a", "commit");
      expect(first.settled.filter(({ outcome }) => outcome.kind !== "waiting")).toEqual([]);
      const second = await run("b", "commit");
      expect(second.settled).toMatchObject([{ session: "c", wokenBy: "b", outcome: { kind: "done" } }]);
      expect(second.commits).toEqual(["b", "c"]);
    });

    it("lets the insert of a taken key wait, and fail with 23505 after the commit", async () => {
      await run("a", "begin", "insert into item (id, label) values (3, 'three')");
      const insert = await run("b", "insert into item (id, label) values (3, 'other')");
      expect(insert.outcome).toMatchObject({ kind: "waiting", wait: { for: ["a"] } });
      const commit = await run("a", "commit");
      expect(commit.settled).toMatchObject([
        { session: "b", wokenBy: "a", outcome: { kind: "failed", error: { code: "23505" } } },
      ]);
      expect(commit.commits).toEqual(["a"]);
    });

    it("lets the insert of a taken key succeed after the rollback", async () => {
      await run("a", "begin", "insert into item (id, label) values (3, 'three')");
      await run("b", "insert into item (id, label) values (3, 'other')");
      const rollback = await run("a", "rollback");
      expect(rollback.settled).toMatchObject([{ session: "b", outcome: { kind: "done" } }]);
      expect(rollback.commits).toEqual(["b"]);
    });

    it("lets the insert of a child wait for the delete of its parent, and fail with 23503", async () => {
      await run("a", "begin", "delete from item where id = 2");
      const insert = await run("b", "insert into purchase (item_id) values (2)");
      expect(insert.outcome).toMatchObject({
        kind: "waiting",
        wait: { for: ["a"], lock: { relation: "item" } },
      });
      const commit = await run("a", "commit");
      expect(commit.settled).toMatchObject([
        { session: "b", wokenBy: "a", outcome: { kind: "failed", error: { code: "23503" } } },
      ]);
    });

    it("does not let the insert of a child wait for an update of its parent that leaves the key alone", async () => {
      await run("a", "begin", "update item set stock = 0 where id = 2");
      expect((await run("b", "insert into purchase (item_id) values (2)")).outcome.kind).toBe("done");
    });

    it("lets a waiter for an advisory lock go on when it is unlocked in the middle of a transaction", async () => {
      await run("a", "begin", "select pg_advisory_lock(42)");
      const lock = await run("b", "select pg_advisory_lock(42)");
      expect(lock.outcome).toMatchObject({
        kind: "waiting",
        wait: { for: ["a"], lock: { kind: "advisory" } },
      });
      const unlock = await run("a", "select pg_advisory_unlock(42)");
      expect(unlock.settled).toMatchObject([{ session: "b", wokenBy: "a", outcome: { kind: "done" } }]);
    });

    it("releases a transaction's advisory lock at its end", async () => {
      await run("a", "begin", "select pg_advisory_xact_lock(43)");
      expect(waitOf((await run("b", "begin", "select pg_advisory_xact_lock(43)")).outcome)).toEqual(["a"]);
      expect((await run("a", "commit")).settled).toMatchObject([{ session: "b", outcome: { kind: "done" } }]);
    });

    it("lets a reader wait for a table lock", async () => {
      await run("a", "begin", "lock table item in access exclusive mode");
      const { outcome } = await run("b", "select from item");
      expect(outcome).toMatchObject({
        kind: "waiting",
        wait: { for: ["a"], lock: { kind: "relation", mode: "AccessShareLock", relation: "item" } },
      });
      expect((await run("a", "commit")).settled).toMatchObject([{ session: "b", outcome: { kind: "done" } }]);
    });
  });
}
