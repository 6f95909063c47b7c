import { beforeAll, describe, expect, it } from "vitest";
import type { Engine } from "../../sim/engine/port.ts";
import { keptEngine } from "../kept-engine.ts";
import type { Actor, Race } from "../../sim/race/race.ts";
import { runRace } from "../../sim/race/run.ts";
import { recordRun } from "../../sim/report/views/record-run.ts";
import type { SessionView } from "../../sim/report/views/look-recorder.ts";
import { arraySchedule } from "../../sim/search/array-schedule.ts";
import { tokenOf } from "../../sim/search/replay.ts";
import { counterRace } from "../cli/counter-race.ts";

let engine: Engine;

beforeAll(async () => {
  engine = await keptEngine();
});

async function record(race: Race<any, any>, choices: readonly number[]) {
  const run = await runRace(engine, race, { seed: 1, data: { amount: 5 }, schedule: arraySchedule(choices) });
  const { run: replayed, looks } = await recordRun(engine, race, tokenOf(race, run));
  expect(replayed.traceHash).toBe(run.traceHash);
  if (looks === undefined) throw new Error("looking changed the run");
  const rowsOf = (view: SessionView | undefined): unknown =>
    typeof view === "object"
      ? view.map((content) => looks.pool.contents[content]?.map((row) => looks.pool.rows[row]))
      : view;
  return { run, looks, rowsOf };
}

/** The counter race, in which alice and bob each run `statements` in place of their own. */
function racing(...statements: readonly string[]): Race<any, any> {
  const actor: Actor = async ({ db }) => {
    for (const text of statements) await db.query(text);
  };
  return counterRace({ actors: () => ({ alice: actor, bob: actor }), atEnd: [], mutants: [] });
}

describe("looks at a run", () => {
  it("show what is committed and what each session sees, and leave the run as it is", async () => {
    const { looks, rowsOf } = await record(counterRace(), [0, 0, 0]);
    expect(looks.tables).toEqual([{ name: "counter", columns: ["id", "total"], key: [0] }]);
    const seen = looks.looks.map(({ committed, sessions }) => [
      rowsOf(committed),
      rowsOf(sessions["alice"]),
      rowsOf(sessions["bob"]),
    ]);
    const [zero, five, ten] = ["0", "5", "10"].map((total) => [[["1", total]]]);
    expect(seen.slice(0, 4)).toEqual([
      [zero, "committed", "committed"],
      [zero, zero, "committed"],
      [zero, five, "committed"],
      [five, "committed", "committed"],
    ]);
    expect(rowsOf(looks.looks.at(-1)?.committed)).toEqual(ten);
  });

  it("follow a token that the run leaves where the engine decides by itself who goes on", async () => {
    const run = await runRace(engine, counterRace(), {
      seed: 1,
      data: { amount: 5 },
      schedule: arraySchedule([]),
    });
    const left = tokenOf(counterRace(), { ...run, taken: [...run.taken.slice(0, -1), "alice"] });
    await expect(recordRun(engine, counterRace(), left)).rejects.toMatchObject({ code: "token" });
    const followed = await recordRun({ ...engine, decidesOrder: false }, counterRace(), left);
    expect(followed.run.traceHash).toBe(run.traceHash);
  });

  it("say of a session that waits that it waits, and of one whose transaction has failed that it failed", async () => {
    const { run, looks } = await record(counterRace(), [0, 1, 1]);
    const waiting = run.steps.find(({ outcome }) => outcome.kind === "waiting")?.step ?? 0;
    expect(looks.looks[waiting]?.sessions["bob"]).toBe("waiting");
    const failing = racing("begin", "select 1 / (total - total) from counter");
    const failed = await record(failing, []);
    expect(failed.looks.looks[1]?.sessions["alice"]).toBe("failed");
  });

  it("neither take nor move a snapshot: REPEATABLE READ sees the past it had, and none before its first query", async () => {
    const race = racing(
      "begin isolation level repeatable read",
      "set local lock_timeout = 0",
      "select total from counter",
      "select total + 1 from counter",
      "rollback",
      "update counter set total = total + 5 where id = 1",
    );
    // alice sets her timeout, bob goes to his end, alice reads twice.
    const { looks, rowsOf } = await record(race, [0, 1]);
    const after = looks.looks.map(({ sessions }) => rowsOf(sessions["alice"]));
    expect(after[1]).toBe("committed");
    expect(after[6]).toBe("committed");
    expect(after[7]).toEqual([[["1", "5"]]]);
  });

  it("do not count as reads where reads count", async () => {
    const race = racing("begin isolation level serializable", "select total from counter", "commit");
    const { looks } = await record(race, []);
    expect(looks.looks[1]?.sessions["alice"]).toBe("unknown");
  });

  it("give back the locks that they take: a table can be locked by others afterwards", async () => {
    const race = racing("begin", "select 1 as one", "lock table counter in access exclusive mode", "commit");
    const { run } = await record(race, [0, 1, 0, 0]);
    expect(run.steps.filter(({ outcome }) => outcome.kind === "failed")).toEqual([]);
  });
});
