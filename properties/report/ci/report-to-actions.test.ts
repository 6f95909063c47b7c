import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Engine } from "../../../sim/engine/port.ts";
import { keptEngine } from "../../kept-engine.ts";
import { runRace } from "../../../sim/race/run.ts";
import { failureSummary } from "../../../sim/report/ci/failure-summary.ts";
import { mermaidSequence } from "../../../sim/report/ci/mermaid.ts";
import { reportToActions } from "../../../sim/report/ci/report-to-actions.ts";
import { arraySchedule } from "../../../sim/search/array-schedule.ts";
import { replayRegression } from "../../../sim/search/regression.ts";
import { counterRace } from "../../cli/counter-race.ts";
import { HOSTILE, recordedRun, TOKEN } from "../html/recorded-run.ts";

describe("a sequence diagram", () => {
  it("has a participant for each session, notes of what they did, and arrows for waits and wake-ups", async () => {
    const lines = (await mermaidSequence(recordedRun.run)).split("\n");
    expect(lines).toEqual([
      "sequenceDiagram",
      "  participant s1 as alice",
      "  participant s2 as bob",
      "  Note over s1: lock task id=t7<br/>update task id=t7",
      "  Note over s2: lock task id=t7",
      "  s2--xs1: waits",
      "  Note over s1: commit",
      "  s1->>s2: lets go on #40;1 row#41;",
      "  Note over s1: ✗ I1 broke",
    ]);
  });
});

describe("the summary of a failure", () => {
  it("has the promise, the story, the diagram and the line that replays it, all data as text", async () => {
    const summary = await failureSummary(recordedRun.run, TOKEN, ["a.html"]);
    expect(summary).toContain("- **I1**: &#60;/script&#62;");
    expect(summary).toMatch(/^\d+\. bob had to wait for alice to lock task id=t7 /m);
    expect(summary).toContain("```mermaid\nsequenceDiagram\n");
    expect(summary).toContain(`replay ${TOKEN}`);
    expect(summary).not.toContain(HOSTILE.slice(0, 9));
    expect(summary).not.toMatch(/<(?!br\/>)/);
  });
});

describe("on GitHub Actions", () => {
  let engine: Engine;
  let folder: string;

  beforeAll(async () => {
    engine = await keptEngine();
    folder = await mkdtemp(join(tmpdir(), "switchyard-actions-"));
  });

  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  it("a failing run leaves a summary, a page and a regression file that still breaks the promise; elsewhere nothing", async () => {
    const race = counterRace();
    const schedule = arraySchedule([0, 1, 0, 0, 0]);
    const run = await runRace(engine, race, { seed: 1, data: { amount: 5 }, mutant: 1, schedule });
    const failing = { race, run, strategy: "property", seed: 1, index: 0 };
    expect(await reportToActions(engine, failing, {})).toEqual([]);
    const summaryFile = join(folder, "summary.md");
    const artifacts = join(folder, "artifacts");
    const environment = { GITHUB_STEP_SUMMARY: summaryFile, SWITCHYARD_ARTIFACTS: artifacts };
    await reportToActions(engine, failing, environment);
    await reportToActions(engine, failing, environment);
    const summary = await readFile(summaryFile, "utf8");
    expect(summary.match(/^### test\/counter: a promise broke$/gm)).toHaveLength(2);
    const names = ["html", "json"].map((ending) => `test-counter-mutant-1-no-lost-update.${ending}`);
    expect((await readdir(artifacts)).toSorted()).toEqual(names);
    const regression = JSON.parse(await readFile(join(artifacts, names[1] ?? ""), "utf8"));
    expect((await replayRegression(engine, [race], regression)).state).toBe("broken");
    expect(await readFile(join(artifacts, names[0] ?? ""), "utf8")).toContain(regression.token);
  });
});
