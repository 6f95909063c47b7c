import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Engine, Move } from "../../sim/engine/port.ts";
import { openEngine } from "../../sim/pglite/index.ts";

const schema = "create table item (id int primary key, n int not null default 0, token uuid, ticket serial)";
const startMs = Date.UTC(2027, 5, 1);

let engine: Engine;

beforeAll(async () => {
  engine = await openEngine();
});
afterAll(() => engine.close());
beforeEach(() => start(engine, 1));

async function start(on: Engine, seed: number): Promise<void> {
  await on.install(schema);
  await on.startRun({ seed, startMs, chooseVictim: () => 0, onCommit: () => Promise.resolve() });
  for (const session of ["a", "b"]) await on.open(session);
}

function rowsOf({ outcome }: Move): readonly unknown[] {
  if (outcome.kind !== "done") throw new Error(`expected rows, got ${JSON.stringify(outcome)}`);
  return outcome.result.rows;
}

async function all(session: string, ...texts: readonly string[]): Promise<readonly unknown[]> {
  let rows: readonly unknown[] = [];
  for (const text of texts) rows = rowsOf(await engine.execute(session, { text }));
  return rows;
}

describe("a transaction among others", () => {
  it("sees its own changes and holds its locks", async () => {
    await all("a", "insert into item (id) values (1), (2)", "begin", "update item set n = 5 where id = 1");
    await all("b", "begin", "update item set n = 6 where id = 2");
    expect(await all("a", "select n from item where id = 1")).toEqual([{ n: 5 }]);
    expect((await engine.execute("b", { text: "update item set n = 0 where id = 1" })).outcome.kind).toBe(
      "waiting",
    );
  });

  it("keeps the serial numbers, random values and times that it drew", async () => {
    const insert =
      "insert into item (id, token) values ($1, gen_random_uuid()) returning token, ticket, random() as r, clock_timestamp() as t";
    await all("a", "begin");
    const first = rowsOf(await engine.execute("a", { text: insert, values: [1] }));
    await all("b", "begin", "insert into item (id) values (2)", "commit");
    expect(await all("a", "select token, ticket from item where id = 1")).toMatchObject([
      { token: (first[0] as { token: string }).token, ticket: 1 },
    ]);
    await all("a", "commit");
    expect(await all("b", "select ticket from item order by id")).toEqual([{ ticket: 1 }, { ticket: 2 }]);
    expect(await all("b", "insert into item (id) values (3) returning ticket")).toEqual([{ ticket: 3 }]);
  });

  it("holds the rows that SKIP LOCKED gave it, and no others, though others are free by then", async () => {
    await all("a", "insert into item (id) select generate_series(1, 3)");
    await all("b", "begin", "select id from item where id = 1 for update");
    expect(await all("a", "begin", "select id from item order by id limit 1 for update skip locked")).toEqual(
      [{ id: 2 }],
    );
    await all("b", "commit");
    expect(await all("b", "select id from item order by id for update skip locked")).toEqual([
      { id: 1 },
      { id: 3 },
    ]);
    expect(await all("a", "select 'back'")).toHaveLength(1);
    expect(await all("b", "select id from item order by id for update skip locked")).toEqual([
      { id: 1 },
      { id: 3 },
    ]);
  });

  it("reads what it read at first under REPEATABLE READ", async () => {
    await all(
      "a",
      "insert into item (id, n) values (1, 1)",
      "begin isolation level repeatable read",
      "select n from item",
    );
    await all("b", "update item set n = 2");
    expect(await all("a", "select n from item")).toEqual([{ n: 1 }]);
  });

  it("comes back to its savepoint", async () => {
    await all(
      "a",
      "begin",
      "insert into item (id) values (1)",
      "savepoint s",
      "insert into item (id) values (2)",
    );
    await all("b", "begin", "insert into item (id) values (3)", "commit");
    expect(await all("a", "rollback to savepoint s", "select id from item order by id")).toEqual([
      { id: 1 },
      { id: 3 },
    ]);
  });
});

describe("answers", () => {
  it("of megabytes come whole, and small ones after them", async () => {
    const text = "x".repeat(3_000_000);
    expect(await all("a", "select repeat('x', 3000000) as text")).toEqual([{ text }]);
    expect(await all("b", "select 1 as n")).toEqual([{ n: 1 }]);
  });
});

describe("settings", () => {
  it("belong to the session that set them", async () => {
    await all("a", "set application_name = 'of a'");
    expect(await all("b", "show application_name")).toEqual([{ application_name: "" }]);
    expect(await all("a", "show application_name")).toEqual([{ application_name: "of a" }]);
  });

  it("end with their transaction when they are local", async () => {
    await all("a", "begin", "set local application_name = 'for now'", "insert into item (id) values (1)");
    expect(await all("b", "show application_name")).toEqual([{ application_name: "" }]);
    expect(await all("a", "show application_name")).toEqual([{ application_name: "for now" }]);
    expect(await all("a", "commit", "show application_name")).toEqual([{ application_name: "" }]);
  });
});

describe("randomness and time", () => {
  const draw =
    "select random() as r, gen_random_uuid() as u, uuidv7() as v, now() as n, clock_timestamp() as c, current_timestamp as t";

  it("are the same for the same seed in another backend, and differ between sessions and seeds", async () => {
    const other = await openEngine();
    const draws: string[] = [];
    for (const [on, seed, session] of [
      [engine, 7, "a"],
      [other, 7, "a"],
      [engine, 7, "b"],
      [engine, 8, "a"],
    ] as const) {
      await start(on, seed);
      draws.push(JSON.stringify(rowsOf(await on.execute(session, { text: draw }))));
    }
    await other.close();
    expect(draws[0]).toBe(draws[1]);
    expect(new Set(draws).size).toBe(3);
  });

  it("begin with the transaction, however late its first statement comes", async () => {
    await all("a", "begin");
    engine.advanceTo(startMs + 60_000);
    const [row] = rowsOf(
      await engine.execute("a", { text: "select now() as began, statement_timestamp() as asked" }),
    ) as { began: Date; asked: Date }[];
    expect(row?.began.getTime()).toBe(startMs);
    expect(row?.asked.getTime()).toBe(startMs + 60_000);
  });

  it("stand still but for the harness, and pass in pg_sleep at no cost", async () => {
    engine.advanceTo(startMs + 1_000);
    await all("a", "select pg_sleep(3600)");
    expect(engine.nowMs()).toBeGreaterThanOrEqual(startMs + 3_601_000);
    expect(engine.nowMs()).toBeLessThan(startMs + 3_700_000);
  });
});

describe("what belongs to one session", () => {
  it.each([
    ["a temporary table", "create temp table mine (id int)", "select * from mine", "42P01"],
    ["a prepared statement", "prepare mine as select 1", "execute mine", "26000"],
    ["a cursor WITH HOLD", "declare mine cursor with hold for select 1", "fetch mine", "34000"],
  ])("%s is there for its session only, and gone in the next run", async (_what, make, use, missing) => {
    await all("a", make);
    expect((await engine.execute("a", { text: use })).outcome.kind).toBe("done");
    const elsewhere = await engine.execute("b", { text: use });
    expect(elsewhere.outcome).toMatchObject({ kind: "failed", error: { code: missing } });
    await start(engine, 1);
    for (const session of ["a", "b"]) {
      const later = await engine.execute(session, { text: use });
      expect(later.outcome).toMatchObject({ kind: "failed", error: { code: missing } });
    }
  });

  it("is a notification, which reaches who listens when the sender commits", async () => {
    await all("a", "listen news");
    expect((await engine.execute("b", { text: "begin" })).notifications).toEqual([]);
    expect((await engine.execute("b", { text: "notify news, 'hello'" })).notifications).toEqual([]);
    expect((await engine.execute("b", { text: "commit" })).notifications).toEqual([
      { session: "a", channel: "news", payload: "hello", from: "b" },
    ]);
    await start(engine, 1);
    expect((await engine.execute("b", { text: "notify news, 'again'" })).notifications).toEqual([]);
  });
});

describe("what the study could not have", () => {
  it("runs SERIALIZABLE, and finds write skew", async () => {
    await all("a", "insert into item (id, n) values (1, 1), (2, 1)");
    for (const session of ["a", "b"])
      await all(session, "begin isolation level serializable", "select sum(n) from item");
    await all("a", "update item set n = 0 where id = 1");
    await all("b", "update item set n = 0 where id = 2");
    await all("a", "commit");
    expect((await engine.execute("b", { text: "commit" })).outcome).toMatchObject({
      kind: "failed",
      error: { code: "40001" },
    });
  });

  it("makes no parallel plans, as a server without parallel workers", async () => {
    await all("a", "begin", "set local parallel_setup_cost = 0", "set local parallel_tuple_cost = 0");
    await all("a", "set local min_parallel_table_scan_size = 0");
    const plan = JSON.stringify(await all("a", "explain select count(*) from item"));
    expect(plan).toContain("Seq Scan on item");
    expect(plan).not.toContain("Gather");
  });

  it("scans a table to its end, which others have moved meanwhile, beside somebody who holds a lock", async () => {
    const touch = (id: number): string =>
      `update item set n = n + 1 where n = 0 and id + 0 = ${id} returning id`;
    await all("a", "insert into item (id) values (1), (2)");
    await engine.open("holder");
    await all("holder", "begin", "select id from item where id = 1 for update");
    expect(await all("b", touch(2))).toEqual([{ id: 2 }]);
    await all("a", "insert into item (id) select generate_series(3, 2000)");
    expect(await all("b", touch(2000))).toEqual([{ id: 2000 }]);
  });

  it("runs several statements in one text", async () => {
    await all("a", "insert into item (id) values (1); insert into item (id) values (2)");
    expect(await all("b", "select count(*)::int as n from item")).toEqual([{ n: 2 }]);
  });

  it("keeps the rows that an update of many rows has, while it waits for another", async () => {
    await all("a", "insert into item (id) values (1), (2)");
    await all("b", "begin", "update item set n = 5 where id = 2");
    expect((await engine.execute("a", { text: "update item set n = n + 1" })).outcome.kind).toBe("waiting");
    const third = await engine.execute("b", { text: "select id from item where id = 1 for update nowait" });
    expect(third.outcome).toMatchObject({ kind: "failed", error: { code: "55P03" } });
  });
});

describe("a deadlock of overlapping cycles", () => {
  it("may fail a session that only stands in the queue between the others first, and then one of them", async () => {
    const chooseVictim = (members: readonly string[]): number => Math.max(0, members.indexOf("c"));
    await engine.install(schema);
    await engine.startRun({ seed: 1, startMs, chooseVictim, onCommit: () => Promise.resolve() });
    for (const session of ["a", "b", "c"]) await engine.open(session);
    await all("a", "select pg_advisory_lock(1)", "begin");
    await all("b", "begin", "select pg_advisory_xact_lock_shared(2)");
    expect((await engine.execute("b", { text: "select pg_advisory_xact_lock(1)" })).outcome.kind).toBe(
      "waiting",
    );
    expect((await engine.execute("c", { text: "select pg_advisory_lock(2)" })).outcome.kind).toBe("waiting");
    const closing = await engine.execute("a", { text: "select pg_advisory_xact_lock(2)" });
    expect(closing.deadlocks.map(({ victim }) => victim)).toEqual(["c", "a"]);
  });
});

describe("refusals", () => {
  it.each([
    ["copy item to stdout", "COPY"],
    ["create database other", "CREATE DATABASE"],
    ["create tablespace elsewhere location '/'", "CREATE TABLESPACE"],
    ["alter system set work_mem = '1MB'", "ALTER SYSTEM"],
    ["create subscription s connection '' publication p", "CREATE SUBSCRIPTION"],
    ["select pg_terminate_backend(1)", "pg_terminate_backend"],
    ["select pg_cancel_backend(n) from item", "pg_cancel_backend"],
    ["select 1 where not pg_reload_conf()", "pg_reload_conf"],
  ])("%s is refused by name, with the way out", async (text, reason) => {
    await expect(engine.execute("a", { text })).rejects.toMatchObject({
      code: "unsupported",
      message: expect.stringContaining(reason),
      remedy: expect.stringContaining("--engine postgres"),
    });
  });
});

describe("the reset between runs", () => {
  it("empties tables that outgrew a page, and starts their sequences anew", async () => {
    await all("a", "insert into item (id) select generate_series(1, 2000)");
    await start(engine, 1);
    expect(await all("a", "select count(*)::int as n from item")).toEqual([{ n: 0 }]);
    expect(await all("a", "insert into item (id) values (1) returning ticket, ctid::text")).toEqual([
      { ticket: 1, ctid: "(0,1)" },
    ]);
  });

  it("gives every run the same physical start", async () => {
    const places = new Set<string>();
    for (let runs = 0; runs < 50; runs++) {
      await start(engine, 1);
      await all(
        "a",
        "insert into item (id) values (1), (2)",
        "update item set n = 1 where id = 1",
        "delete from item where id = 2",
      );
      places.add(JSON.stringify(await all("a", "insert into item (id) values (3) returning ctid::text")));
    }
    expect([...places]).toEqual(['[{"ctid":"(0,4)"}]']);
  });
});
