import { beforeAll, describe, expect, it } from "vitest";
import type { Engine } from "../../sim/engine/port.ts";
import { keptEngine } from "../kept-engine.ts";
import type { Actor, Race } from "../../sim/race/race.ts";
import { MAX_STEPS, runRace } from "../../sim/race/run.ts";
import type { Scheduler } from "../../sim/race/scheduler.ts";
import { arraySchedule } from "../../sim/search/array-schedule.ts";
import { sessionsSchedule } from "../../sim/search/strategies/sessions-schedule.ts";
import type { RunResult } from "../../sim/trace/trace.ts";
import { tinyRace } from "./tiny-race.ts";

let engine: Engine;

beforeAll(async () => {
  engine = await keptEngine();
});

const increment =
  (first: number, second: number): Actor =>
  async ({ db }) => {
    await db.query("begin");
    await db.query("update item set n = n + 1 where id = $1", [first]);
    await db.query("update item set n = n + 1 where id = $1", [second]);
    await db.query("commit");
  };

function run(race: Race, choices: readonly number[] = [], seed = 1): Promise<RunResult> {
  return runRace(engine, race, { seed, data: null, schedule: arraySchedule(choices) });
}

function play(race: Race, schedule: Scheduler): Promise<RunResult> {
  return runRace(engine, race, { seed: 1, data: null, schedule });
}

describe("the committed state", () => {
  it("is read with the settings of nobody's session", async () => {
    const setting: Actor = async ({ db }) => {
      await db.query("set search_path = nowhere");
      await db.query("set timezone = 'Asia/Tokyo'");
      await db.query("update public.item set n = 7 where id = 1");
    };
    const seen: unknown[] = [];
    const race = tinyRace(
      { setting },
      {
        observe: async (db) =>
          (await db.query("select n, current_setting('timezone') as zone from item where id = 1")).rows,
        invariants: [
          { name: "look", promise: "It is looked at.", check: ({ after }) => void seen.push(after) },
        ],
      },
    );
    expect((await run(race)).violations).toEqual([]);
    expect(seen).toEqual([[{ n: 7, zone: "UTC" }]]);
  });

  it("is read without a trace in the session that has just committed", async () => {
    const drawn: unknown[] = [];
    const drawing: Actor = async ({ db }) => {
      await db.query("update item set n = 1 where id = 1");
      drawn.push((await db.query("select gen_random_uuid() as id, now() as at")).rows);
    };
    const looks = ["select n from item", "select n, gen_random_uuid() as id, now() as at from item"];
    for (const look of looks)
      await run(tinyRace({ drawing }, { observe: async (db) => (await db.query(look)).rows }));
    expect(drawn).toHaveLength(2);
    expect(drawn[1]).toEqual(drawn[0]);
  });
});

describe("the state that a setup left", () => {
  it("is read by each race for itself, also where their setups leave the same tables", async () => {
    const seen: unknown[] = [];
    const over = (n: number): Partial<Race> => ({
      observe: async (db) => (await db.query(`select n + ${n} as n from item where id = 1`)).rows,
      invariants: [
        { name: "look", promise: "It is looked at.", check: ({ before }) => void seen.push(before) },
      ],
    });
    const actors = { a: increment(1, 2) };
    const races = [tinyRace(actors, over(10)), tinyRace(actors, over(20))];
    for (const race of [...races, ...races]) await run(race);
    expect(seen).toEqual([[{ n: 10 }], [{ n: 20 }], [{ n: 10 }], [{ n: 20 }]]);
  });

  it("is read once for each image of the tables", async () => {
    let looks = 0;
    const race = tinyRace(
      { a: increment(1, 2) },
      {
        observe: async (db) => {
          looks += 1;
          return (await db.query("select n from item")).rows;
        },
      },
    );
    for (let time = 0; time < 3; time += 1) await run(race);
    // The first run looks at it, and each at its commit.
    expect(looks).toBe(1 + 3);
  });
});

describe("schedules", () => {
  it("goes on with the same session while the schedule says 0", async () => {
    const result = await run(tinyRace({ a: increment(1, 2), b: increment(1, 2) }));
    expect(result.taken).toEqual(["a", "a", "a", "b", "b", "b"]);
    expect(result).toMatchObject({ preemptions: 0, waits: 0, violations: [] });
  });

  it("does not count BEGIN as a step: it goes with the statement after it", async () => {
    const { steps } = await run(tinyRace({ a: increment(1, 2) }));
    expect(steps.map(({ action }) => action.kind === "statement" && action.text.slice(0, 6))).toEqual([
      "update",
      "update",
      "commit",
    ]);
  });

  it("tells a scheduler that asks what comes next: a statement's text, and nothing of a sleep or of who waits", async () => {
    const asked: (readonly (string | undefined)[])[] = [];
    const lock: Actor = async ({ db, sleep }) => {
      await db.query("begin");
      await db.query("update item set n = 1 where id = 1");
      await sleep(5);
    };
    const inTurn = sessionsSchedule(["a", "b"]);
    await play(tinyRace({ a: lock, b: async ({ db }) => void (await db.query("delete from item")) }), {
      next(choice) {
        asked.push(choice.enabled.map((_, index) => choice.pending?.(index)));
        return inTurn.next(choice);
      },
    });
    expect(asked).toEqual([
      ["update item set n = 1 where id = 1", "delete from item"],
      ["delete from item", undefined],
      [undefined],
    ]);
  });

  it("knows that a COMMIT ended its transaction which went on when another session rolled back to a savepoint", async () => {
    const schema = "create table item (id int primary key, n int unique deferrable initially deferred);";
    const doubtful: Actor = async ({ db }) => {
      for (const text of [
        "begin",
        "savepoint s",
        "insert into item values (3, 7)",
        "rollback to s",
        "commit",
      ])
        await db.query(text);
    };
    const deferred: Actor = async ({ db }) => {
      for (const text of ["begin", "insert into item values (4, 7)", "commit"]) await db.query(text);
    };
    const race = tinyRace({ a: doubtful, b: deferred }, { schema, setup: () => Promise.resolve() });
    const { steps } = await play(race, sessionsSchedule(["a", "a", "b", "b", "a", "a"]));
    expect(steps.flatMap(({ settled }) => settled)).toMatchObject([
      { session: "b", wokenBy: "a", text: "commit", outcome: { kind: "done" } },
    ]);
    expect(
      steps.map(({ session, action }) => action.kind === "statement" && `${session}: ${action.text}`),
    ).toEqual([
      "a: savepoint s",
      "a: insert into item values (3, 7)",
      "b: insert into item values (4, 7)",
      "b: commit",
      "a: rollback to s",
      "a: commit",
    ]);
  });

  it("lets another session go in between, wait, and be woken by the commit", async () => {
    const { steps, preemptions, waits } = await run(
      tinyRace({ a: increment(1, 2), b: increment(1, 2) }),
      [0, 1],
    );
    expect({ preemptions, waits }).toEqual({ preemptions: 1, waits: 1 });
    const waiting = steps.find(({ outcome }) => outcome.kind === "waiting");
    expect(waiting).toMatchObject({
      session: "b",
      outcome: { wait: { for: ["a"], lock: { relation: "item" } } },
    });
    const commit = steps.find(({ commits }) => commits.includes("a"));
    expect(commit?.settled).toMatchObject([{ session: "b", wokenBy: "a", outcome: { kind: "done" } }]);
  });

  it("gives the same hash for the same choices, and another for others", async () => {
    const race = tinyRace({ a: increment(1, 2), b: increment(2, 2) });
    const first = await run(race, [0, 1]);
    expect((await run(race, [0, 1])).traceHash).toBe(first.traceHash);
    expect((await run(race, [0, 0, 1])).traceHash).not.toBe(first.traceHash);
  });

  it("gives up after MAX_STEPS steps and says so", async () => {
    const forever: Actor = async ({ db }) => {
      for (;;) await db.query("select 1");
    };
    const { violations, steps } = await run(tinyRace({ forever }));
    expect(steps).toHaveLength(MAX_STEPS);
    expect(violations).toMatchObject([{ invariant: "step-bound" }]);
  });
});

describe("deadlocks", () => {
  const crossing = tinyRace({ a: increment(1, 2), b: increment(2, 1) });
  const victimIs = (victim: string): Scheduler => ({
    next: ({ kind, enabled, current }) => {
      if (kind === "victim") return enabled.indexOf(victim);
      return current !== undefined && enabled.length > 1 ? 1 : 0;
    },
  });

  it.each(["a", "b"])("fails the victim that the schedule chose: %s", async (victim) => {
    const { steps, violations, taken, deadlocks } = await play(crossing, victimIs(victim));
    expect(deadlocks).toBe(1);
    expect(taken).toContain(`!${victim}`);
    const [deadlock] = steps.flatMap((step) => step.deadlocks);
    expect(deadlock?.victim).toBe(victim);
    expect(violations).toMatchObject([
      { invariant: "actor", message: expect.stringContaining(`"${victim}"`) },
    ]);
  });

  it("names session, statement, relation and row of every edge in the error's detail", async () => {
    const { steps } = await play(crossing, victimIs("b"));
    const outcomes = steps.flatMap(({ outcome, settled }) => [outcome, ...settled.map((one) => one.outcome)]);
    const failed = outcomes.find(({ kind }) => kind === "failed");
    expect(failed).toMatchObject({ code: "40P01" });
    const detail = failed?.kind === "failed" ? failed.detail : "";
    for (const part of [
      "Session a waits",
      "session b",
      'relation "item"',
      "tuple (0,1)",
      "tuple (0,2)",
      "update item",
    ]) {
      expect(detail).toContain(part);
    }
  });
});

describe("time", () => {
  it("lets a sleeper wake at its time, which costs one step", async () => {
    const times: number[] = [];
    const sleeper: Actor = async (context) => {
      const before = context.now().getTime();
      await context.sleep(86_400_000);
      times.push(context.now().getTime() - before);
    };
    const { steps } = await run(tinyRace({ sleeper }));
    expect(steps).toHaveLength(1);
    expect(times).toEqual([86_400_000]);
  });

  it("shows the actors' time to now() in the database", async () => {
    const seen: unknown[] = [];
    const reader: Actor = async (context) => {
      await context.sleep(5_000);
      const { rows } = await context.db.query<{ now: Date }>("select now()");
      seen.push(rows[0]?.now.getTime(), context.now().getTime());
    };
    await run(tinyRace({ reader }));
    expect(seen[0]).toBe(seen[1]);
  });

  it("times a waiting statement out in virtual time, when the schedule lets it", async () => {
    const errors: unknown[] = [];
    const holder: Actor = async ({ db, sleep }) => {
      await db.query("begin");
      await db.query("update item set n = 1 where id = 1");
      await sleep(60_000);
      await db.query("commit");
    };
    const waiter: Actor = async ({ db }) => {
      await db.query("set lock_timeout = '2s'");
      await db
        .query("update item set n = 2 where id = 1")
        .catch((error: { code: string }) => errors.push(error.code));
    };
    const expiring: Scheduler = { next: ({ enabled }) => Math.max(enabled.indexOf("waiter"), 0) };
    const late: Scheduler = { next: ({ enabled }) => Math.max(enabled.indexOf("holder"), 0) };
    const hasty = tinyRace({ holder, waiter });
    const { steps } = await play(hasty, {
      next: (choice) => (choice.current === undefined ? 0 : expiring.next(choice)),
    });
    expect(errors).toEqual(["55P03"]);
    expect(steps.some(({ action }) => action.kind === "timeout")).toBe(true);
    await play(hasty, late);
    expect(errors).toEqual(["55P03"]);
  });

  it("keeps what comes last for the end", async () => {
    const closing: Actor = async ({ db, afterOthers }) => {
      await afterOthers();
      await db.query("select 'last'");
    };
    const { taken } = await run(tinyRace({ closing, a: increment(1, 2) }), [1, 1, 1, 1]);
    expect(taken.slice(0, 3)).toEqual(["a", "a", "a"]);
  });
});

describe("invariants", () => {
  it("are checked at every commit, with the states before and after", async () => {
    const views: unknown[] = [];
    const race = tinyRace(
      { a: increment(1, 2) },
      {
        invariants: [
          {
            name: "sum",
            promise: "Nobody counts.",
            check: ({ before, after, actor }) => void views.push({ before, after, actor }),
          },
        ],
      },
    );
    await run(race);
    const rows = (n: number): unknown[] => [
      { id: 1, n },
      { id: 2, n },
    ];
    expect(views).toEqual([{ before: rows(0), after: rows(1), actor: "a" }]);
  });

  it("are reported once each, with step and message", async () => {
    const race = tinyRace(
      { a: increment(1, 2), b: increment(1, 2) },
      { invariants: [{ name: "still", promise: "Nothing changes.", check: () => "item 1 changed" }] },
    );
    const { violations } = await run(race);
    expect(violations).toEqual([
      { invariant: "still", promise: "Nothing changes.", message: "item 1 changed", step: 3 },
    ]);
  });

  it("report an actor that lets an error escape, and roll its transaction back", async () => {
    const failing: Actor = async ({ db }) => {
      await db.query("begin");
      await db.query("update item set n = 7 where id = 1");
      throw new Error("boom");
    };
    const { violations, steps } = await run(tinyRace({ failing, b: increment(1, 1) }), [0, 1, 1]);
    expect(violations).toMatchObject([{ invariant: "actor", message: expect.stringContaining("boom") }]);
    expect(steps.at(-1)?.outcome).toMatchObject({ kind: "done" });
  });
});

describe("actors", () => {
  it("must await nothing that the schedule does not control", async () => {
    const lost: Actor = () => new Promise<void>(() => undefined);
    await expect(run(tinyRace({ lost }))).rejects.toMatchObject({
      code: "race",
      message: expect.stringContaining('"lost"'),
    });
  });

  it("draw their random numbers from the run's seed", async () => {
    const drawn: number[] = [];
    const gambler: Actor = async (context) => {
      await context.db.query("select 1");
      drawn.push(context.random());
    };
    for (const seed of [1, 1, 2]) await run(tinyRace({ gambler }), [], seed);
    expect(drawn[0]).toBe(drawn[1]);
    expect(drawn[2]).not.toBe(drawn[0]);
  });
});
