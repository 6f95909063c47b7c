/**
 * What every implementation of the engine port has to do, as tests that take the engine to be tested.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Engine, Move, Outcome, StatementResult } from "../../sim/engine/port.ts";

const schema = `
create table item (
  id int primary key,
  label text not null,
  stock int not null default 0,
  constraint item_label_key unique (label)
);
create table purchase (
  id int generated always as identity primary key,
  item_id int not null references item (id) on delete cascade
);`;

const onCommit = (): Promise<void> => Promise.resolve();

/** Registers the suite: `open` gives the engine under test, once for all cases. */
export function describeEngine(name: string, open: () => Promise<Engine>): void {
  describe(name, () => {
    let engine: Engine;

    beforeAll(async () => {
      engine = await open();
    }, 120_000);

    afterAll(async () => {
      await engine.close();
    });

    beforeEach(async () => {
      await engine.install(schema);
      await engine.startRun({ seed: 1, startMs: 1_000, chooseVictim: () => 0, onCommit });
      await engine.open("setup");
      await run("setup", "insert into item (id, label, stock) values (1, 'one', 10), (2, 'two', 20)");
      for (const session of ["a", "b", "c"]) await engine.open(session);
    });

    /** Runs statements of one session and gives the last one's move; the earlier ones have to be done. */
    async function run(session: string, ...texts: readonly string[]): Promise<Move> {
      let move: Move | undefined;
      for (const text of texts) {
        if (move !== undefined) expect(move.outcome).toMatchObject({ kind: "done" });
        move = await engine.execute(session, { text });
      }
      if (move === undefined) throw new Error("run needs a statement");
      return move;
    }

    async function stocks(): Promise<readonly unknown[]> {
      const result = await engine.observe({
        text: "select id, stock from item order by id",
        rowMode: "array",
      });
      return result.rows;
    }

    describe("statements", () => {
      it("gives rows as objects, with pg's types, the row count and the command", async () => {
        const { outcome } = await run("a", "select id, label, now() as seen from item order by id");
        const result = resultOf(outcome);
        expect(result.command).toBe("SELECT");
        expect(result.rowCount).toBe(2);
        expect(result.fields.map((field) => [field.name, field.dataTypeID])).toEqual([
          ["id", 23],
          ["label", 25],
          ["seen", 1184],
        ]);
        expect(result.rows).toMatchObject([
          { id: 1, label: "one" },
          { id: 2, label: "two" },
        ]);
        expect((result.rows[0] as { seen: unknown }).seen).toBeInstanceOf(Date);
      });

      it("keeps columns of the same name apart in row mode array", async () => {
        const text = "select $1::int as x, $2::text as x, null as x";
        const move = await engine.execute("a", { text, values: [7, "it's"], rowMode: "array" });
        expect(resultOf(move.outcome).rows).toEqual([[7, "it's", null]]);
      });

      it("reports an error with its SQLSTATE, detail, table and constraint", async () => {
        const { outcome } = await run("a", "insert into item (id, label) values (3, 'one')");
        expect(outcome).toMatchObject({
          kind: "failed",
          error: {
            code: "23505",
            severity: "ERROR",
            detail: "Key (label)=(one) already exists.",
            table: "item",
            constraint: "item_label_key",
          },
        });
      });

      it("answers 25P02 in a failed transaction until it is rolled back", async () => {
        const failed = await run("a", "begin", "select 1 / 0");
        expect(codeOf(failed.outcome)).toBe("22012");
        expect(codeOf((await run("a", "select 1")).outcome)).toBe("25P02");
        const commit = await run("a", "commit");
        expect(resultOf(commit.outcome).command).toBe("ROLLBACK");
        expect(commit.commits).toEqual([]);
      });

      it("comes back to a savepoint after an error", async () => {
        await run("a", "begin", "update item set stock = 11 where id = 1", "savepoint s");
        expect(codeOf((await run("a", "insert into item values (1, 'x')")).outcome)).toBe("23505");
        await run("a", "rollback to s", "update item set stock = 21 where id = 2", "commit");
        expect(await stocks()).toEqual([
          [1, 11],
          [2, 21],
        ]);
      });
    });

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
        await engine.startRun({ seed: 1, startMs: 5_000, chooseVictim: () => 0, onCommit });
        expect(engine.nowMs()).toBe(5_000);
        expect(await stocks()).toEqual([]);
        await engine.open("a");
        await run("a", "insert into item (id, label) values (1, 'one')");
        const { outcome } = await run("a", "insert into purchase (item_id) values (1) returning id");
        expect(resultOf(outcome).rows).toEqual([{ id: 1 }]);
      });
    });

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
        expect((await run("a", "commit")).settled).toMatchObject([
          { session: "b", outcome: { kind: "done" } },
        ]);
      });

      it("lets a reader wait for a table lock", async () => {
        await run("a", "begin", "lock table item in access exclusive mode");
        const { outcome } = await run("b", "select from item");
        expect(outcome).toMatchObject({
          kind: "waiting",
          wait: { for: ["a"], lock: { kind: "relation", mode: "AccessShareLock", relation: "item" } },
        });
        expect((await run("a", "commit")).settled).toMatchObject([
          { session: "b", outcome: { kind: "done" } },
        ]);
      });

      it("serves two waiters for a row first come, first served", async () => {
        await run("a", "begin", lockOne);
        const update = "update item set stock = stock * 10 + $1 where id = 1";
        const b = await engine.execute("b", { text: update, values: [2] });
        const c = await engine.execute("c", { text: update, values: [3] });
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
        await engine.execute("b", { text: update, values: [2] });
        await engine.execute("c", { text: update, values: [3] });
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

    describe("timeouts", () => {
      const lockOne = "select stock from item where id = 1 for update";

      it("lets a waiter time out in virtual time with 55P03, and comes back to a savepoint", async () => {
        await run("a", "begin", "update item set stock = 0 where id = 1");
        await run("b", "set lock_timeout = '2s'", "begin", "savepoint s");
        expect(engine.timeoutAt("b")).toBeUndefined();
        engine.advanceTo(5_000);
        expect(waitOf((await run("b", lockOne)).outcome)).toEqual(["a"]);
        expect(engine.timeoutAt("b")).toBe(7_000);
        engine.advanceTo(7_000);
        const move = await engine.expire("b");
        expect(move.outcome).toMatchObject({
          kind: "failed",
          error: { code: "55P03", message: "canceling statement due to lock timeout" },
        });
        expect(engine.timeoutAt("b")).toBeUndefined();
        const { outcome } = await run("b", "rollback to s", "select 1 as one", "commit", "show lock_timeout");
        expect(resultOf(outcome).rows).toEqual([{ lock_timeout: "2s" }]);
      });

      it("lets the waiters for a session that times out go on", async () => {
        await run("a", "begin", "update item set stock = 0 where id = 1");
        await run("b", "begin", "update item set stock = 0 where id = 2", "set local lock_timeout = 300");
        await run("b", lockOne);
        expect(waitOf((await run("c", "update item set stock = 7 where id = 2")).outcome)).toEqual(["b"]);
        engine.advanceTo(1_300);
        const move = await engine.expire("b");
        expect(codeOf(move.outcome)).toBe("55P03");
        expect(move.settled).toMatchObject([{ session: "c", wokenBy: "b", outcome: { kind: "done" } }]);
        expect(move.commits).toEqual(["c"]);
      });

      it("lets a statement time out with 57014 when statement_timeout is the shorter one", async () => {
        await run("a", "begin", "update item set stock = 0 where id = 1");
        await run("b", "set statement_timeout = '1min'", "set lock_timeout = '2min'", lockOne);
        expect(engine.timeoutAt("b")).toBe(61_000);
        engine.advanceTo(61_000);
        expect((await engine.expire("b")).outcome).toMatchObject({
          kind: "failed",
          error: { code: "57014", message: "canceling statement due to statement timeout" },
        });
      });

      it("forgets a lock_timeout that was set locally when the transaction ends", async () => {
        await run("a", "begin", "update item set stock = 0 where id = 1");
        await run("b", "begin", "set local lock_timeout = '1s'", "select 1 as one", "commit", lockOne);
        expect(engine.timeoutAt("b")).toBeUndefined();
      });

      it("does not let a statement time out that got its lock before", async () => {
        await run("a", "begin", "update item set stock = 3 where id = 1");
        await run("b", "begin", "set local lock_timeout = '1s'", lockOne);
        engine.advanceTo(1_999);
        expect((await run("a", "commit")).settled).toMatchObject([
          { session: "b", outcome: { kind: "done", result: { rows: [{ stock: 3 }] } } },
        ]);
        const { outcome } = await run("b", "show lock_timeout");
        expect(resultOf(outcome).rows).toEqual([{ lock_timeout: "1s" }]);
      });
    });

    describe("disconnecting", () => {
      it("rolls the session back and lets its waiters go on", async () => {
        await run("a", "begin", "update item set stock = 0 where id = 1");
        await run("b", "begin", "select stock from item where id = 1 for update");
        const move = await engine.disconnect("a");
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
        const move = await engine.disconnect("b");
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
        expect((await engine.disconnect("a")).settled).toMatchObject([
          { session: "b", outcome: { kind: "done" } },
        ]);
        await engine.open("a");
        expect((await run("a", "select 1 as one")).outcome.kind).toBe("done");
      });
    });

    describe("a look as a session", () => {
      const look = async (session: string): Promise<unknown> => {
        const text = "select stock from item where id = 1";
        const seen = await engine.lookAs?.(session, { text, rowMode: "array" });
        return typeof seen === "object" ? seen.rows : seen;
      };

      it("sees what the open transaction sees, and says of others why it cannot be had", async () => {
        await run("a", "begin", "update item set stock = 0 where id = 1");
        expect(await look("a")).toEqual([[0]]);
        expect(await look("b")).toBe("committed");
        await run("b", "update item set stock = 5 where id = 1");
        expect(await look("b")).toBe("waiting");
        await run("c", "begin", "select 1 / 0");
        expect(await look("c")).toBe("failed");
        await run("c", "rollback", "begin isolation level serializable", "select 1");
        expect(await look("c")).toBe("unknown");
      });

      it("takes no snapshot under REPEATABLE READ, and uses the one that is there", async () => {
        await run("a", "begin isolation level repeatable read", "set local lock_timeout = 0");
        expect(await look("a")).toBe("committed");
        await run("b", "update item set stock = 11 where id = 1");
        expect(resultOf((await run("a", "select stock from item where id = 1")).outcome).rows).toEqual([
          { stock: 11 },
        ]);
        await run("b", "update item set stock = 12 where id = 1");
        expect(await look("a")).toEqual([[11]]);
      });

      it("keeps no lock, and an error of it leaves the transaction as it was", async () => {
        await run("a", "begin", "select 1");
        expect(await look("a")).toEqual([[10]]);
        await expect(engine.lookAs?.("a", { text: "select 1 / 0" })).rejects.toMatchObject({ code: "22012" });
        await run("b", "begin", "lock table item in access exclusive mode", "rollback");
        expect((await run("a", "select 1")).outcome.kind).toBe("done");
      });
    });
  });
}

function resultOf(outcome: Outcome): StatementResult {
  if (outcome.kind !== "done") throw new Error(`expected a result, got ${JSON.stringify(outcome)}`);
  return outcome.result;
}

function codeOf(outcome: Outcome): string {
  if (outcome.kind !== "failed") throw new Error(`expected an error, got ${JSON.stringify(outcome)}`);
  return outcome.error.code;
}

/** The sessions that a waiting statement waits for. */
function waitOf(outcome: Outcome): readonly string[] {
  if (outcome.kind !== "waiting") throw new Error(`expected a wait, got ${JSON.stringify(outcome)}`);
  return outcome.wait.for;
}
