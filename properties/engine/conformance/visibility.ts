/**
 * Who sees what when: snapshots, commits, rollbacks, and the start of a run.
 */
import { describe, expect, it } from "vitest";
import { resultOf } from "./outcomes.ts";
import type { TestedEngine } from "./tested-engine.ts";

/** Registers the tests of visibility and commits. */
export function describeVisibility({ engine, run, startRun, stocks }: TestedEngine): void {
  describe("visibility and commits", () => {
    it("observes committed data only, and tells who committed", async () => {
      const update = await run("a", "begin", "update item set stock = 0 where id = 1");
      expect(update.commits).toEqual([]);
      expect(await stocks()).toEqual([
        [1, 10],
        [2, 20],
      ]);
      expect((await run("a", "commit")).commits).toEqual(["a"]);
      expect(await stocks()).toEqual([
        [1, 0],
        [2, 20],
      ]);
    });

    it("commits a statement outside of a transaction at once", async () => {
      expect((await run("a", "update item set stock = 1 where id = 1")).commits).toEqual(["a"]);
      expect((await stocks())[0]).toEqual([1, 1]);
    });

    it("undoes what is rolled back", async () => {
      const rollback = await run("a", "begin", "delete from item", "rollback");
      expect(rollback.commits).toEqual([]);
      expect(await stocks()).toHaveLength(2);
    });

    it("shows a new commit to READ COMMITTED and hides it from REPEATABLE READ", async () => {
      const read = "select stock from item where id = 1";
      await run("a", "begin", read);
      await run("b", "begin isolation level repeatable read", read);
      await run("c", "update item set stock = 99 where id = 1");
      expect(resultOf((await run("a", read)).outcome).rows).toEqual([{ stock: 99 }]);
      expect(resultOf((await run("b", read)).outcome).rows).toEqual([{ stock: 10 }]);
    });

    it("starts each run with empty tables, restarted sequences and no sessions", async () => {
      await run("a", "insert into purchase (item_id) values (1), (2)");
      await run("b", "begin", "select from item for update");
      await run("c", "begin", "select from item for update");
      await startRun(5_000);
      expect(engine().nowMs()).toBe(5_000);
      expect(await stocks()).toEqual([]);
      await engine().open("a");
      await run("a", "insert into item (id, label) values (1, 'one')");
      const { outcome } = await run("a", "insert into purchase (item_id) values (1) returning id");
      expect(resultOf(outcome).rows).toEqual([{ id: 1 }]);
    });
  });
}
