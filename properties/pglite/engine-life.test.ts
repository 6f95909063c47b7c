import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Engine, Outcome } from "../../sim/engine/port.ts";
import { InProcessEngine } from "../../sim/pglite/engine.ts";
import { openEngine } from "../../sim/pglite/index.ts";

const tables =
  "create table item (id int primary key, n int not null, token text, ticket bigint generated always as identity)";
const schema = `${tables};
  create function down(n int) returns int language plpgsql as 'begin return down(n + 1); end'`;

let engine: Engine;

beforeAll(async () => {
  engine = await openEngine();
});
afterAll(() => engine.close());

async function start(
  on: Engine,
  seed: number,
  sessions: readonly string[],
  script: string = schema,
): Promise<void> {
  await on.install(script);
  await on.startRun({ seed, startMs: 1e12, chooseVictim: () => 0, onCommit: () => Promise.resolve() });
  for (const session of sessions) await on.open(session);
}

async function outcome(session: string, text: string, values: readonly unknown[] = []): Promise<Outcome> {
  return (await engine.execute(session, { text, values })).outcome;
}

const TOO_DEEP = { kind: "failed", error: { code: "54001" } };
const DONE = { kind: "done" };

it("says so when it is asked for something after it was closed", async () => {
  const closed = await openEngine();
  await start(closed, 1, ["a"], tables);
  await closed.close();
  await expect(closed.execute("a", { text: "select 1" })).rejects.toThrow("after it was closed");
});

describe("an engine whose statement never ends gives it up, and itself", () => {
  const endless = "with recursive r (n) as (select 1 union all select n + 1 from r) select count(*) from r";

  it.each([
    ["on the main thread", tables],
    // A function may wait for somebody, so that with this schema all statements run on lanes.
    ["on a lane", schema],
  ])("%s", async (_where, script) => {
    const bounded = await InProcessEngine.open("typed", "end", 3_000);
    try {
      await start(bounded, 1, ["a", "b"], script);
      await expect(bounded.execute("a", { text: endless })).rejects.toMatchObject({
        code: "harness",
        message: expect.stringContaining("worked longer than 3 s"),
      });
      await expect(bounded.execute("b", { text: "select 1" })).rejects.toThrow("cannot be used any more");
    } finally {
      await bounded.close();
    }
  });
});

describe("an engine goes on", () => {
  it("after a statement that it refuses, in the middle of a transaction", async () => {
    await start(engine, 1, ["a"]);
    await outcome("a", "begin");
    await expect(outcome("a", "copy item to stdout")).rejects.toMatchObject({ code: "unsupported" });
    expect(await outcome("a", "insert into item (id, n) values (1, 1)")).toMatchObject(DONE);
    expect(await outcome("a", "commit")).toMatchObject({ kind: "done", result: { command: "COMMIT" } });
  });

  it("with the isolation level that one session begins with, where statements are known but the BEGIN is new", async () => {
    const fresh = await openEngine();
    try {
      await start(fresh, 1, ["a", "b"], tables);
      const level = async (session: string) =>
        (await fresh.execute(session, { text: "show transaction_isolation" })).outcome;
      for (const session of ["a", "b", "a", "b"]) await level(session);
      await fresh.execute("a", { text: "begin isolation level repeatable read" });
      const shown = (name: string) => ({ result: { rows: [{ transaction_isolation: name }] } });
      expect(await level("a")).toMatchObject(shown("repeatable read"));
      expect(await level("b")).toMatchObject(shown("read committed"));
      expect(await level("a")).toMatchObject(shown("repeatable read"));
    } finally {
      await fresh.close();
    }
  });

  it("after a statement that waited and then failed", async () => {
    await start(engine, 1, ["a", "b"]);
    await outcome("a", "insert into item (id, n) values (1, 1)");
    await outcome("a", "begin");
    await outcome("a", "update item set n = 0");
    expect((await outcome("b", "update item set n = 1 / n")).kind).toBe("waiting");
    const commit = await engine.execute("a", { text: "commit" });
    expect(commit.settled).toMatchObject([{ session: "b", outcome: { error: { code: "22012" } } }]);
    expect(await outcome("b", "update item set n = 7")).toMatchObject(DONE);
  });

  it("after the stack became too deep, on the main thread and on another", async () => {
    await start(engine, 1, ["a", "b"]);
    const nested = "select ($1 || $2)::jsonb is null";
    const braces = ["[".repeat(50_000), "]".repeat(50_000)];
    expect(await outcome("a", nested, braces)).toMatchObject(TOO_DEEP);
    expect(await outcome("b", "select down(1)")).toMatchObject(TOO_DEEP);
    await outcome("b", "begin");
    expect(await outcome("b", nested, braces)).toMatchObject(TOO_DEEP);
    expect(await outcome("b", "rollback")).toMatchObject(DONE);
    expect(await outcome("a", nested, ["[", "]"])).toMatchObject(DONE);
  });

  it("with megabytes in a statement and in its result, and refuses too many by their number", async () => {
    await start(engine, 1, ["a"]);
    const insert = "insert into item (id, n, token) values (1, 1, $1) returning length(token) as n, token";
    const text = "x".repeat(3_000_000);
    expect(await outcome("a", insert, [text])).toMatchObject({
      kind: "done",
      result: { rows: [{ n: text.length, token: text }] },
    });
    await expect(outcome("a", insert, ["x".repeat(6_000_000)])).rejects.toMatchObject({
      message: expect.stringMatching(/takes 60\d{5} bytes/),
      remedy: expect.stringContaining("--engine postgres"),
    });
    expect(await outcome("a", "select 1")).toMatchObject(DONE);
  });
});

describe("many runs", () => {
  const COUNT = "select count(*)::int as n from pg_prepared_statements";

  it("leave no statements behind on the backends that they use again", async () => {
    const counts = new Set<unknown>();
    for (let runs = 0; runs < 20; runs++) {
      // A schema with functions would have every session set back as a whole.
      await start(engine, 1, ["a", "b"], tables);
      await outcome("a", "begin");
      await outcome("a", "insert into item (id, n) values (1, 1)");
      await outcome("b", "insert into item (id, n) values (1, 2)");
      if (runs > 1) counts.add(JSON.stringify(await outcome("a", COUNT)));
    }
    expect(counts.size).toBe(1);
  });
});

describe("settings that end a session", () => {
  it.each([
    "set transaction_timeout = '1s'",
    "set local idle_in_transaction_session_timeout to 1000",
    "select set_config('idle_session_timeout', '5s', false)",
  ])("%s is refused by name", async (text) => {
    await start(engine, 1, ["a"]);
    await expect(outcome("a", text)).rejects.toMatchObject({
      code: "unsupported",
      message: expect.stringContaining("_timeout cannot be had in process"),
    });
  });

  it.each([
    ["select set_config($1, $2, false)", ["idle_in_transaction_session_timeout", "5s"]],
    ["do $$ begin set transaction_timeout = '1s'; end $$", []],
  ])("%s with %s is refused by name", async (text, values) => {
    await start(engine, 1, ["a"]);
    await expect(engine.execute("a", { text, values })).rejects.toMatchObject({
      code: "unsupported",
      message: expect.stringMatching(/(session|transaction)_timeout cannot be had in process/),
    });
    await start(engine, 1, ["a"]);
    expect(await outcome("a", "set work_mem = '1MB'")).toMatchObject(DONE);
  });

  it("may be switched off and shown", async () => {
    await start(engine, 1, ["a"]);
    for (const text of [
      "set transaction_timeout = 0",
      "reset transaction_timeout",
      "show transaction_timeout",
    ])
      expect(await outcome("a", text)).toMatchObject(DONE);
  });
});

describe("a run", () => {
  it("gives the same bytes whatever ran before it in the engine, and in another one", async () => {
    const first = await race(engine);
    for (const session of ["z", "a"]) {
      await start(engine, 9, [session, "q"]);
      for (const text of [
        "insert into item (id, n) select i, i from generate_series(1, 2000) i",
        "begin",
        "create temp table mine (id int)",
        "create table other (id serial)",
        "set local work_mem = '1MB'",
        "update item set n = 0",
      ])
        await outcome(session, text);
      await outcome("q", "select setval('item_ticket_seq', 99), random(), uuidv7()");
      await outcome("q", "update item set n = 1");
    }
    const again = await race(engine);
    const other = await openEngine();
    const elsewhere = await race(other);
    await other.close();
    expect(again).toEqual(first);
    expect(elsewhere).toEqual(first);
  });
});

/** Everything that three sessions see in a race with waits, random values, sequences, times and places. */
async function race(on: Engine): Promise<string> {
  await start(on, 5, ["a", "b", "c"]);
  const seen: unknown[] = [];
  for (const [session, text] of [
    ["a", "insert into item (id, n, token) select i, i, gen_random_uuid() from generate_series(1, 9) i"],
    ["a", "begin"],
    ["a", "update item set n = n + 1 where id < 4 returning *, ctid, random(), clock_timestamp()"],
    ["b", "update item set n = n * 2 returning ctid, random()"],
    ["c", "insert into item (id, n) values (20, 20) returning ticket, ctid, uuidv7()"],
    ["c", "select id from item for update skip locked"],
    ["a", "commit"],
    ["c", "select *, ctid from item"],
  ] as const) {
    const { outcome: own, settled, commits } = await on.execute(session, { text });
    const rows = (of: Outcome): unknown => (of.kind === "done" ? of.result.rows : of);
    seen.push(
      rows(own),
      settled.map((one) => [one.session, rows(one.outcome)]),
      commits,
    );
  }
  return JSON.stringify(seen);
}
