/**
 * The reference race over a PostgreSQL server: the same promises, the same mutants, and the same runs as in process.
 *
 * One server and one in-process engine for all of it.
 */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EXIT } from "../../sim/cli/exit-codes.ts";
import { main } from "../../sim/cli/main.ts";
import type { Engine, Move } from "../../sim/engine/port.ts";
import { keptEngine } from "../kept-engine.ts";
import { openServerEngine } from "../../sim/postgres/index.ts";
import type { Race } from "../../sim/race/race.ts";
import { bareRace } from "../bare-race.ts";
import { runRace } from "../../sim/race/run.ts";
import { arraySchedule } from "../../sim/search/array-schedule.ts";
import { compareReplay } from "../../sim/search/compare-replay.ts";
import { differenceSentence } from "../../sim/search/comparison-words.ts";
import { plainData } from "../../sim/search/draw-data.ts";
import { tokenOf } from "../../sim/search/replay.ts";
import { scheduleArbitrary } from "../../sim/search/schedule-arbitrary.ts";
import type { RunResult } from "../../sim/trace/trace.ts";
import { captureTerminal } from "../cli/captured-terminal.ts";
import { assertRace } from "../hitl/assert-race.ts";
import { suiteSeed } from "../hitl/suite-seed.ts";
import { keptOpen } from "../spec/kept-open.ts";
import { parkRespondSweep } from "../races/park-respond-sweep.ts";

const SCHEDULES = 200;
/** Schedules within which a mutant must have broken something that it is said to break. */
const MUTANT_SCHEDULES = 300;
/** Tokens of each mutant that are replayed on the server. */
const REPLAYED_TOKENS = 2;

const seed = suiteSeed("hitl/park-respond-sweep on a server");
let server: Engine;
let inProcess: Engine;

beforeAll(async () => {
  server = await openServerEngine();
  inProcess = await keptEngine();
});

afterAll(async () => {
  await server.close();
  await inProcess.close();
});

/** Runs of drawn data under drawn schedules, one after the other. */
async function* drawnRuns(engine: Engine, mutant: number, count: number): AsyncGenerator<RunResult> {
  const drawn = fc.tuple(parkRespondSweep.data, scheduleArbitrary, fc.nat());
  for (const [data, choices, runSeed] of fc.sample(drawn, { seed, numRuns: count })) {
    const schedule = arraySchedule(choices);
    yield await runRace(engine, parkRespondSweep, { seed: runSeed, data: plainData(data), mutant, schedule });
  }
}

describe("the reference protocol on a server", () => {
  it(`keeps every promise under ${SCHEDULES} arbitrary schedules and data, with waits and everything that can happen`, async () => {
    let waits = 0;
    const seen = new Set<string>();
    const onRun = (run: RunResult): void => {
      waits += run.waits;
      for (const label of run.labels) seen.add(label);
    };
    await assertRace(server, parkRespondSweep, { seed, schedules: SCHEDULES, onRun });
    expect(waits).toBeGreaterThan(SCHEDULES / 10);
    expect([...seen]).toEqual(expect.arrayContaining([...parkRespondSweep.mustSee]));
  });
});

describe.each(parkRespondSweep.mutants.filter(({ id }) => [1, 4, 5, 7, 9].includes(id)))(
  "mutant $id ($title) on a server",
  ({ id, violates }) => {
    it(`is found to break ${violates.join(" or ")}`, async () => {
      const broken = new Set<string>();
      for await (const run of drawnRuns(server, id, MUTANT_SCHEDULES)) {
        for (const { invariant } of run.violations) broken.add(invariant);
        if (broken.size > 0) break;
      }
      expect(violates.some((invariant) => broken.has(invariant))).toBe(true);
    });

    it(`breaks the same when tokens found in process are replayed`, async () => {
      let replayed = 0;
      for await (const run of drawnRuns(inProcess, id, MUTANT_SCHEDULES)) {
        if (run.violations.length === 0) continue;
        const token = tokenOf(parkRespondSweep, run);
        const { found, difference } = await compareReplay(inProcess, server, parkRespondSweep, token);
        expect(difference && differenceSentence(difference, "in process", "on the server")).toBeUndefined();
        expect(found.violations.map(({ invariant }) => invariant)).toEqual(
          run.violations.map(({ invariant }) => invariant),
        );
        if (++replayed === REPLAYED_TOKENS) break;
      }
      expect(replayed).toBe(REPLAYED_TOKENS);
    });
  },
);

describe("a token whose run on the server is another one", () => {
  /** The server's port is another, wherever it runs. */
  const race = bareRace<unknown, unknown>({
    name: "test/settings",
    description: "Reads what differs between the engines.",
    schema: "create table seen (port text not null);",
    data: fc.constant(null),
    setup: () => Promise.resolve(),
    actors: () => ({
      reader: async ({ db }) => {
        await db.query("select 1 as one");
        await db.query("select current_setting('port') as port");
      },
    }),
    observe: async (db) => (await db.query("select port from seen")).rows,
  });

  async function tokenOfRace(): Promise<string> {
    const schedule = arraySchedule([]);
    return tokenOf(race, await runRace(inProcess, race, { seed: 1, data: null, schedule }));
  }

  it("is told with the step, what was expected and what came, in an exit code of its own", async () => {
    const terminal = captureTerminal();
    const open = (name: Engine["name"]): Promise<Engine> =>
      keptOpen(name === "postgres" ? server : inProcess);
    const argv = ["replay", await tokenOfRace(), "--engine", "postgres"];
    expect(await main(argv, [race], terminal, open)).toBe(EXIT.nondeterministic);
    expect(terminal.written.out).toMatch(
      /At step 2 \(reader: "select current_setting\('port'\) as port"\) the runs differ in the outcome: in process SELECT 1 \[\{"port":"\d+"\}\]; on the server SELECT 1 \[\{"port":"\d+"\}\]\./,
    );
    expect(await main([...argv, "--json"], [race], terminal, open)).toBe(EXIT.nondeterministic);
  });

  it("is not one that only the database's own clock makes different", async () => {
    const timed = {
      ...race,
      actors: () => ({ reader: async ({ db }) => void (await db.query("select now() as now")) }),
    } satisfies Race;
    const schedule = arraySchedule([]);
    const token = tokenOf(timed, await runRace(inProcess, timed, { seed: 1, data: null, schedule }));
    const { difference, notCompared } = await compareReplay(inProcess, server, timed, token);
    expect(difference).toBeUndefined();
    expect(notCompared).toEqual(["now"]);
  });
});

describe("commits that fall into one move", () => {
  const seen: string[] = [];

  async function start(schema: string, ...setup: readonly string[]): Promise<void> {
    await server.install(schema);
    await server.startRun({
      seed: 1,
      startMs: 0,
      chooseVictim: () => 0,
      onCommit: async (session) => {
        const { rows } = await server.observe({ text: "select n from counter order by n", rowMode: "array" });
        seen.push(`${session} ${rows.flat().join()}`);
      },
    });
    await server.open("setup");
    for (const text of setup) await server.execute("setup", { text });
    for (const session of ["a", "b", "c"]) await server.open(session);
    seen.length = 0;
  }

  async function run(session: string, ...texts: readonly string[]): Promise<Move["outcome"]["kind"]> {
    let kind: Move["outcome"]["kind"] = "done";
    for (const text of texts) kind = (await server.execute(session, { text })).outcome.kind;
    return kind;
  }

  it("are seen one by one when the statements of two waiters commit by themselves", async () => {
    await start("create table counter (n int not null);", "insert into counter values (0)");
    await run("a", "begin", "update counter set n = n + 1");
    expect(await run("b", "update counter set n = n + 10")).toBe("waiting");
    expect(await run("c", "update counter set n = n + 100")).toBe("waiting");
    await run("a", "commit");
    expect([
      ["a 1", "b 11", "c 111"],
      ["a 1", "c 101", "b 111"],
    ]).toContainEqual(seen);
  });

  it("are seen one by one when a COMMIT itself has to wait for its deferred constraints", async () => {
    const schema = "create table counter (n int primary key deferrable initially deferred);";
    await start(schema, "insert into counter values (1)");
    await run("a", "begin", "delete from counter where n = 1", "insert into counter values (5)");
    await run("b", "begin", "insert into counter values (1), (2)");
    expect(await run("b", "commit")).toBe("waiting");
    const { settled } = await server.execute("a", { text: "commit" });
    expect(settled).toMatchObject([
      { session: "b", outcome: { kind: "done", result: { command: "COMMIT" } } },
    ]);
    expect(seen).toEqual(["a 5", "b 1,2,5"]);
  });

  it("are none for a transaction that wrote nothing", async () => {
    await start("create table counter (n int not null);");
    await run("a", "select n from counter");
    await run("b", "begin", "select n from counter", "commit");
    expect(seen).toEqual([]);
  });
});
