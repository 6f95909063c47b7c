import { beforeAll, describe, expect, it } from "vitest";
import type { Engine } from "../../sim/engine/port.ts";
import { keptEngine } from "../kept-engine.ts";
import { explore } from "../../sim/search/explore.ts";
import { EXIT } from "../../sim/cli/exit-codes.ts";
import { runCommand } from "../cli/run-command.ts";
import { parkRespondSweep } from "../races/park-respond-sweep.ts";
import { assertRace } from "./assert-race.ts";
import { switchyard } from "./fresh-process.ts";
import { suiteSeed } from "./suite-seed.ts";

const SCHEDULES = 2_000;
const REPEATED_SCHEDULES = 60;

const seed = suiteSeed("hitl/park-respond-sweep");
let engine: Engine;

beforeAll(async () => {
  engine = await keptEngine();
});

describe("the reference protocol", () => {
  it(`keeps every promise under ${SCHEDULES} arbitrary schedules and data, with waits and everything that can happen`, async () => {
    let waits = 0;
    const seen = new Set<string>();
    const onRun = (run: { readonly waits: number; readonly labels: readonly string[] }): void => {
      waits += run.waits;
      for (const label of run.labels) seen.add(label);
    };
    await assertRace(engine, parkRespondSweep, { seed, schedules: SCHEDULES, onRun });
    expect(waits).toBeGreaterThan(SCHEDULES / 10);
    expect([...seen]).toEqual(expect.arrayContaining([...parkRespondSweep.mustSee]));
  });
});

describe("a failing property", () => {
  it("tells the story, the steps and the one line that replays it", async () => {
    const failing = assertRace(engine, parkRespondSweep, { seed, schedules: 1_000, mutant: 7 });
    const { message } = (await failing.catch((error: unknown) => error)) as Error;
    expect(message).toContain(`SWITCHYARD_SEED=${seed}`);
    expect(message).toMatch(/^I6 violated: /m);
    expect(message).toMatch(/^ +\d+\. Here, at step \d+, .*I6/m);
    expect(message).toMatch(/^step +ms +session/m);
    const token = /npm run -s switchyard -- replay (\S+)/.exec(message)?.[1] ?? "";
    const replayed = await switchyard("replay", token);
    expect(replayed.code).toBe(EXIT.violated);
    expect(replayed.json.violations).toContainEqual(expect.objectContaining({ invariant: "I6" }));
  });
});

describe("an exploration", () => {
  it("gives the same trace hash for the same seed, here and in another process, and another for another", async () => {
    const options = { seed, schedules: REPEATED_SCHEDULES };
    const one = await explore(engine, parkRespondSweep, options);
    const two = await explore(engine, parkRespondSweep, options);
    const other = await explore(engine, parkRespondSweep, { ...options, seed: seed + 1 });
    const argv = ["explore", "--schedules", String(REPEATED_SCHEDULES), "--seed", String(seed)];
    const elsewhere = await switchyard(...argv);
    expect(two.traceHash).toBe(one.traceHash);
    expect(elsewhere.json.traceHash).toBe(one.traceHash);
    expect(other.traceHash).not.toBe(one.traceHash);
  });

  it("in which only the worker takes part is called vacuous and ends with exit code 4", async () => {
    const alone = {
      ...parkRespondSweep,
      actors: (data: never) => ({ worker: parkRespondSweep.actors(data)["worker"]! }),
      liveness: { ...parkRespondSweep.liveness, check: () => undefined },
    };
    const { code, out } = await runCommand(["explore", "--schedules", "20", "--json"], [alone]);
    const report = JSON.parse(out);
    expect(code).toBe(EXIT.vacuous);
    expect(report).toMatchObject({ vacuous: true, violations: [], waits: 0, preemptions: 0 });
    expect(report.vacuousBecause).toContain("No statement ever waited for another session.");
  });
});
