import pg from "pg";
import { describe, expect, it } from "vitest";
import {
  Client,
  explore,
  exploreExhaustively,
  Pool,
  race,
  replay,
  type Actor,
  type Race,
  type RunResult,
} from "../../sim/index.ts";
import { keptEngine } from "../kept-engine.ts";
import { runRace } from "../../sim/race/run.ts";
import { recordRun } from "../../sim/report/views/record-run.ts";
import stock from "./drizzle-stock.ts";
import transfers from "./kysely-transfer.ts";
import coupons from "./pg-coupons.ts";

const engine = await keptEngine();

const surface = (actors: Readonly<Record<string, Actor>>) =>
  race({
    name: "surface",
    schema: "create table entry (id int primary key, made timestamptz, note text)",
    setup: (db) => db.query("insert into entry values (1, '2026-01-02T03:04:05Z', 'one')"),
    actors,
    observe: async (db) => (await db.query<{ count: number }>("select count(*)::int from entry")).rows[0]!,
  });

/** Runs one actor alone; what it lets escape fails the test. */
async function alone(body: Actor): Promise<RunResult> {
  const run = await runRace(engine, surface({ ann: body }), {
    seed: 1,
    data: {},
    schedule: { next: () => 0 },
  });
  expect(run.violations).toEqual([]);
  return run;
}

describe("a pool answers as pg's does", () => {
  it("to every form of query", async () => {
    await alone(async () => {
      const pool = new Pool({ max: 2 });
      const text = "select id, note from entry where id = $1";
      expect((await pool.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
      expect((await pool.query(text, [1])).rows).toEqual([{ id: 1, note: "one" }]);
      expect((await pool.query({ text, values: [1] })).rowCount).toBe(1);
      expect((await pool.query({ text, rowMode: "array" }, [1])).rows).toEqual([[1, "one"]]);
      const called = new Promise((resolve) => {
        pool.query(text, [1], (error, result) => resolve([error, result.rows]));
      });
      expect(await called).toEqual([undefined, [{ id: 1, note: "one" }]]);
      const inserted = await pool.query("insert into entry (id) values (2), (3) returning id");
      expect(inserted).toMatchObject({ command: "INSERT", rowCount: 2, rows: [{ id: 2 }, { id: 3 }] });
      expect((await pool.query("update entry set note = $1", [null])).rowCount).toBe(3);
      expect((await pool.query("")).rows).toEqual([]);
    });
  });

  it("with pg's types, those of a query, and those of the process", async () => {
    await alone(async () => {
      const pool = new Pool();
      const text =
        "select made, 12345678901::int8 as big, '{1,2}'::int[] as list, null as nothing from entry";
      expect((await pool.query(text)).rows).toEqual([
        { made: new Date("2026-01-02T03:04:05Z"), big: "12345678901", list: [1, 2], nothing: null },
      ]);
      const types = {
        getTypeParser: () => (value: string) => `<${value}>`,
      } as unknown as pg.CustomTypesConfig;
      expect((await pool.query({ text, types })).rows[0]).toMatchObject({ big: "<12345678901>" });
      expect(
        (await pool.query("select $1::jsonb as json, $2::bytea as bytes", [{ a: 1 }, Buffer.of(1, 0)])).rows,
      ).toEqual([{ json: { a: 1 }, bytes: Buffer.of(1, 0) }]);
    });
  });

  it("with named statements, and pg's errors, after which the connection goes on", async () => {
    await alone(async () => {
      const pool = new Pool({ max: 1 });
      const named = { name: "by-id", text: "select note from entry where id = $1" };
      expect((await pool.query({ ...named, values: [1] })).rows).toEqual([{ note: "one" }]);
      expect((await pool.query({ ...named, values: [9] })).rows).toEqual([]);
      const client = await pool.connect();
      const error: unknown = await client
        .query("insert into entry values (1)")
        .catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(pg.DatabaseError);
      expect(error).toMatchObject({ code: "23505", table: "entry", constraint: "entry_pkey" });
      expect((error as pg.DatabaseError).detail).toMatch(/already exists/);
      expect((await client.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
      client.release();
      expect(() => client.release()).toThrow(/already been released/);
      await pool.end();
      await expect(pool.query("select 1")).rejects.toThrow(/after calling end/);
    });
  });

  it("with its events and counts, and a transaction that spans awaits", async () => {
    await alone(async ({ sleep }) => {
      const pool = new Pool({ max: 2 });
      const seen: string[] = [];
      pool.on("connect", (client) => void client.query("set application_name = 'races'"));
      for (const event of ["connect", "acquire", "release"] as const) pool.on(event, () => seen.push(event));
      const client = await pool.connect();
      expect([pool.totalCount, pool.idleCount, pool.waitingCount]).toEqual([1, 0, 0]);
      await client.query("begin");
      await client.query("insert into entry values (2)");
      await sleep(10);
      expect((await pool.query("select count(*)::int from entry")).rows).toEqual([{ count: 1 }]);
      await client.query("commit");
      expect((await client.query("show application_name")).rows).toEqual([{ application_name: "races" }]);
      client.release();
      expect(seen).toEqual(["connect", "acquire", "connect", "acquire", "release", "release"]);
    });
  });

  it("also to several queries at once, which are sessions that the schedule mixes", async () => {
    const { steps } = await alone(async () => {
      const pool = new Pool({ max: 2 });
      const answers = await Promise.all(
        [1, 2, 3].map((number) => pool.query("select $1::int as number", [number])),
      );
      expect(answers.map(({ rows }) => rows[0])).toEqual([{ number: 1 }, { number: 2 }, { number: 3 }]);
    });
    expect([...new Set(steps.map(({ session }) => session))]).toEqual(["ann", "ann.2", "ann.3"]);
  });

  it("and a closed connection takes its transaction with it", async () => {
    const { steps } = await alone(async () => {
      const pool = new Pool({ max: 1 });
      const client = await pool.connect();
      await client.query("begin");
      await client.query("insert into entry values (2)");
      client.release(new Error("broken"));
      expect((await pool.query("select count(*)::int from entry")).rows).toEqual([{ count: 1 }]);
    });
    expect(steps.map(({ action }) => action)).toContainEqual({ kind: "connection", text: "disconnect" });
  });

  it("and refuses by name what it cannot simulate", async () => {
    await alone(async () => {
      const client = await new Pool().connect();
      await expect(client.query({ text: "select 1", rows: 1 } as pg.QueryConfig)).rejects.toThrow(
        /Reading a result in parts .* is not simulated/,
      );
      client.release();
    });
  });
});

describe("a client of its own", () => {
  it("is a further session of its actor", async () => {
    const run = await alone(async () => {
      const client = new Client({ statement_timeout: 1000 });
      await client.connect();
      expect((await client.query("show statement_timeout")).rows).toEqual([{ statement_timeout: "1s" }]);
      const other = new Client({ options: "-c lock_timeout=2s -c DateStyle=SQL,\\ DMY" });
      await other.connect();
      const settings =
        "select current_setting('lock_timeout') as lock, current_setting('DateStyle') as style";
      expect((await other.query(settings)).rows).toEqual([{ lock: "2s", style: "SQL, DMY" }]);
      await Promise.all([client.end(), other.end()]);
    });
    expect(run.steps.map(({ session }) => session)).toEqual(["ann", "ann", "ann.2", "ann.2", "ann.2"]);
  });
});

describe("waiting for a connection", () => {
  const pool = new Pool({ max: 1 });
  const visit: Actor = async ({ name }) => {
    const client = await pool.connect();
    await client.query("insert into entry (id, note) values ((select count(*) + 1 from entry), $1)", [name]);
    client.release();
  };

  it("is a step, is told, and ends in the order in which it began; a pool of the module begins each run anew", async () => {
    for (let time = 1; time <= 2; time += 1) {
      const run = await runRace(engine, surface({ ann: visit, ben: visit }), {
        seed: 1,
        data: {},
        schedule: {
          next: ({ current, enabled }) =>
            Math.max(
              0,
              enabled.findIndex((name) => name !== current),
            ),
        },
      });
      expect(run.violations).toEqual([]);
      const told = run.steps.map(({ session, outcome, settled }) => [session, outcome.kind, settled.length]);
      expect(told).toEqual([
        ["ann", "done", 0],
        ["ben", "waiting", 0],
        ["ann", "done", 1],
        ["ben", "done", 0],
      ]);
      expect(run.steps[1]?.outcome).toMatchObject({ wait: { for: ["ann"], lock: { kind: "connection" } } });
      expect(run.steps[2]?.settled).toMatchObject([{ session: "ben", wokenBy: "ann", text: "connect" }]);
    }
  });

  it("is searched exhaustively, and without reduction", async () => {
    const report = await exploreExhaustively(engine, surface({ ann: visit, ben: visit }), {
      seed: 1,
      maxFailing: 1,
    });
    expect(report).toMatchObject({ violations: [], exhausted: true, schedules: 4 });
  });

  it("ends after connectionTimeoutMillis of virtual time", async () => {
    const hurried = new Pool({ max: 1, connectionTimeoutMillis: 500 });
    const slow: Actor = async ({ sleep }) => {
      const client = await hurried.connect();
      await sleep(1000);
      client.release();
    };
    const quick: Actor = async ({ operation }) => {
      await operation("connect", {}, () => hurried.query("select 1")).catch(() => {});
      await hurried.query("select 2");
    };
    const first = ["ann", "ben", "ben"];
    const run = await runRace(engine, surface({ ann: slow, ben: quick }), {
      seed: 1,
      data: {},
      schedule: { next: ({ enabled }) => Math.max(0, enabled.indexOf(first.shift() ?? "")) },
    });
    expect(run.violations).toEqual([]);
    expect(run.history.map(({ result }) => result)).toContainEqual({
      error: { message: "timeout exceeded when trying to connect" },
    });
  });

  it("for ever, because somebody never gives it back, is a finding and no hang", async () => {
    const leak: Actor = async () => void (await pool.connect());
    const report = await explore(engine, surface({ ann: leak, ben: visit }), { schedules: 20, seed: 1 });
    expect(report.violations).toMatchObject([
      { invariant: "stuck", message: "Nobody can: ben waits for a connection (all are with ann)." },
    ]);
  });
});

/** A planted bug has to be found in fewer. */
const MAX_SCHEDULES = 499;

describe.each<Race<any, any>>([coupons, stock, transfers])("$name", (race) => {
  it("passes as it is", async () => {
    const report = await explore(engine, race, { schedules: 20, seed: 1 });
    expect(report.violations).toEqual([]);
    expect(report.vacuous).toEqual([]);
    expect(report.waits).toBeGreaterThan(0);
  });

  it.each(race.mutants)("fails with the bug: $title", async ({ id, violates }) => {
    const report = await explore(engine, race, {
      schedules: MAX_SCHEDULES,
      seed: 1,
      mutant: id,
      maxFailing: 1,
    });
    const found = report.violations.map(({ invariant }) => invariant);
    expect(found).toEqual(expect.arrayContaining([...violates]));
    const [{ token, run }] = report.violations as [(typeof report.violations)[number]];
    expect((await replay(engine, race, token)).traceHash).toBe(run.traceHash);
    const { looks } = await recordRun(engine, race, token);
    const names = run.steps.map(({ session }) => session);
    expect(Object.keys(looks?.looks[0]?.sessions ?? {})).toEqual(expect.arrayContaining(names));
  });
});
