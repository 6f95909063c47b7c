/**
 * When a run that is made again may differ: never where the harness decides everything, and on a server only in what PostgreSQL
 * itself leaves open.
 */
import { beforeAll, expect, it } from "vitest";
import { guarded } from "../../sim/engine/guarded.ts";
import type { Engine } from "../../sim/engine/port.ts";
import { keptEngine } from "../kept-engine.ts";
import type { Actor, Race } from "../../sim/race/race.ts";
import { runRace } from "../../sim/race/run.ts";
import { MAX_ATTEMPTS } from "../../sim/search/compare-replay.ts";
import { confirmReplay, firstDifference } from "../../sim/search/confirm-replay.ts";
import { runResult, traceStep } from "../report/run-result.ts";
import { replaySchedule } from "../../sim/search/replay-schedule.ts";
import { tinyRace } from "../race/tiny-race.ts";

let engine: Engine;

beforeAll(async () => {
  engine = await keptEngine();
});

const locking =
  (mode: string): Actor =>
  async ({ db }) => {
    await db.query("begin");
    await db.query(`select n from item where id = 1 for ${mode}`);
    await db.query("commit");
  };

/** The commit of `holder` lets both readers go on. */
const race = tinyRace({ holder: locking("update"), ann: locking("share"), ben: locking("share") });
const schedule = ["holder", "ann", "ben", "holder", "ann", "ben"];

/** An engine that, in its next runs, tells of the two readers in the other order, as a server might. */
function swappingEngine(decidesOrder: boolean, swappedRuns: number): Engine {
  let runs = 0;
  return {
    ...guarded(engine),
    decidesOrder,
    startRun: async (start) => {
      runs += 1;
      await engine.startRun(start);
    },
    execute: async (session, statement) => {
      const move = await engine.execute(session, statement);
      return runs > swappedRuns ? move : { ...move, settled: move.settled.toReversed() };
    },
  };
}

async function confirmed(on: Engine, again: Race<any, any> = race): Promise<"confirmed"> {
  const run = await runRace(engine, race, { seed: 1, data: null, schedule: replaySchedule(schedule) });
  expect(run.steps.map(({ settled }) => settled.length)).toContain(2);
  await confirmReplay(on, again, run);
  return "confirmed";
}

it("is again until it agrees where a server may serve two waiters in either order", async () => {
  expect(await confirmed(swappingEngine(false, MAX_ATTEMPTS - 1))).toBe("confirmed");
});

it("gives up after MAX_ATTEMPTS runs", async () => {
  await expect(confirmed(swappingEngine(false, MAX_ATTEMPTS))).rejects.toMatchObject({
    code: "nondeterministic",
    message: expect.stringContaining("differ first at step 4 (holder), in its settled"),
  });
});

it("has one run only where the harness decides the order", async () => {
  await expect(confirmed(swappingEngine(true, 1))).rejects.toMatchObject({ code: "nondeterministic" });
});

it("has one run only where something differs that no server may decide, on any engine", async () => {
  let runs = 0;
  const forgetful = {
    ...race,
    actors: () => {
      runs += 1;
      return { holder: locking("update"), ann: locking("update"), ben: locking("share") };
    },
  };
  await expect(confirmed(swappingEngine(false, 0), forgetful)).rejects.toMatchObject({
    code: "nondeterministic",
    message: expect.stringContaining("differ first at step 2 (ann), in its action"),
  });
  expect(runs).toBe(1);
});

it("says of a run that has ended sooner where it has", () => {
  const steps = [traceStep(1, "ann", "commit"), traceStep(2, "ben", "commit")];
  const [long, short] = [runResult({ steps }), runResult({ steps: steps.slice(0, 1) })];
  expect(firstDifference(long, short)).toBe(
    "The two runs differ first at step 2: one of them has ended before it",
  );
  expect(firstDifference(long, long)).toContain("have the same steps");
});
