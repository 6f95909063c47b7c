import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Move } from "../../sim/engine/port.ts";
import { Yard } from "../../sim/pglite/yard.ts";

const schema = "create table item (id int primary key, n int not null default 0, token uuid, ticket serial)";
const startMs = Date.UTC(2027, 5, 1);

let yard: Yard;

beforeAll(async () => {
  yard = await Yard.open();
});
afterAll(() => yard.close());
beforeEach(() => start(yard, 1));

async function start(engine: Yard, seed: number): Promise<void> {
  await engine.install(schema);
  await engine.startRun({ seed, startMs, chooseVictim: () => 0, onCommit: () => Promise.resolve() });
  for (const session of ["a", "b"]) await engine.open(session);
}

function rowsOf({ outcome }: Move): readonly unknown[] {
  if (outcome.kind !== "done") throw new Error(`expected rows, got ${JSON.stringify(outcome)}`);
  return outcome.result.rows;
}

async function all(session: string, ...texts: readonly string[]): Promise<readonly unknown[]> {
  let rows: readonly unknown[] = [];
  for (const text of texts) rows = rowsOf(await yard.execute(session, { text }));
  return rows;
}

describe("a transaction that made room and came back", () => {
  it("sees its own changes and holds its locks", async () => {
    await all("a", "insert into item (id) values (1), (2)", "begin", "update item set n = 5 where id = 1");
    await all("b", "begin", "update item set n = 6 where id = 2");
    expect(await all("a", "select n from item where id = 1")).toEqual([{ n: 5 }]);
    expect((await yard.execute("b", { text: "update item set n = 0 where id = 1" })).outcome.kind).toBe(
      "waiting",
    );
  });

  it("keeps the serial numbers, random values and times that it drew", async () => {
    const insert =
      "insert into item (id, token) values ($1, gen_random_uuid()) returning token, ticket, random() as r, clock_timestamp() as t";
    await all("a", "begin");
    const first = rowsOf(await yard.execute("a", { text: insert, values: [1] }));
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

  it("is a fault of the harness when a statement answers differently", async () => {
    await all("a", "begin", "select pg_current_xact_id()::text");
    await all("b", "insert into item (id) values (1)");
    await expect(yard.execute("a", { text: "select 1" })).rejects.toMatchObject({
      code: "harness",
      message: expect.stringContaining("another answer"),
    });
  });
});

describe("settings", () => {
  it("belong to the session that set them", async () => {
    await all("a", "set application_name = 'of a'");
    expect(await all("b", "show application_name")).toEqual([{ application_name: "" }]);
    expect(await all("a", "show application_name")).toEqual([{ application_name: "of a" }]);
  });

  it("end with their transaction when they are local, also after it made room", async () => {
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
    const other = await Yard.open();
    const draws: string[] = [];
    for (const [engine, seed, session] of [
      [yard, 7, "a"],
      [other, 7, "a"],
      [yard, 7, "b"],
      [yard, 8, "a"],
    ] as const) {
      await start(engine, seed);
      draws.push(JSON.stringify(rowsOf(await engine.execute(session, { text: draw }))));
    }
    await other.close();
    expect(draws[0]).toBe(draws[1]);
    expect(new Set(draws).size).toBe(3);
  });

  it("stand still but for the harness, and pass in pg_sleep at no cost", async () => {
    yard.advanceTo(startMs + 1_000);
    await all("a", "select pg_sleep(3600)");
    expect(yard.nowMs()).toBeGreaterThanOrEqual(startMs + 3_601_000);
    expect(yard.nowMs()).toBeLessThan(startMs + 3_700_000);
  });
});

describe("refusals", () => {
  it.each([
    ["begin isolation level serializable", "SERIALIZABLE"],
    ["create temp table t (id int)", "temporary table"],
    ["declare c cursor with hold for select 1", "WITH HOLD"],
    ["prepare p as select 1", "PREPARE"],
    ["select 1; select 2", "several statements"],
    ["prepare transaction 'x'", "two-phase commit"],
  ])("%s is refused by name, with the way out", async (text, reason) => {
    await expect(yard.execute("a", { text })).rejects.toMatchObject({
      code: "unsupported",
      message: expect.stringContaining(reason),
      remedy: expect.stringContaining("--engine postgres"),
    });
  });
});

describe("the reset between runs", () => {
  it("empties tables that outgrew a page, and starts their sequences anew", async () => {
    await all("a", "insert into item (id) select generate_series(1, 2000)");
    await start(yard, 1);
    expect(await all("a", "select count(*)::int as n from item")).toEqual([{ n: 0 }]);
    expect(await all("a", "insert into item (id) values (1) returning ticket, ctid::text")).toEqual([
      { ticket: 1, ctid: "(0,1)" },
    ]);
  });

  it("gives every run the same physical start", async () => {
    const places = new Set<string>();
    for (let runs = 0; runs < 50; runs++) {
      await start(yard, 1);
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
