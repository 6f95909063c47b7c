import { readFile } from "node:fs/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { reference } from "../../model/protocol.ts";
import type { Engine } from "../../sim/engine/port.ts";
import { keptEngine } from "../kept-engine.ts";
import { explore, type ExploreReport } from "../../sim/search/explore.ts";
import { replay } from "../../sim/search/replay.ts";
import { suiteCoverage } from "../../sim/search/suite-coverage.ts";
import { races } from "../races/index.ts";
import { hitlSuite } from "../races/suite.ts";
import { suiteSeed } from "./suite-seed.ts";

const SCHEDULES = 120;
/** Failing schedules of hitl/upstream: enough for its hazards. */
const UPSTREAM_FAILURES = 20;
/** Rows of the table of what a response is answered. */
const RESPOND_ROWS = 9;

const seed = suiteSeed("the whole protocol");
const reports: ExploreReport[] = [];
let engine: Engine;

beforeAll(async () => {
  engine = await keptEngine();
});

const kept = races.filter(({ suite }) => suite === hitlSuite);

describe.each(kept)("$name", (race) => {
  it(`keeps every promise in ${SCHEDULES} schedules, and sees what it must`, async () => {
    const report = await explore(engine, race, { seed, schedules: SCHEDULES });
    reports.push(report);
    expect(report.violations.map(({ message, token }) => `${message} ${token}`)).toEqual([]);
    expect(report.vacuous).toEqual([]);
  });
});

describe("the races together", () => {
  it("are all but the one over upstream's choices", () => {
    const alone = races.filter(({ suite }) => suite === undefined);
    expect(alone.map(({ name }) => name)).toEqual(["hitl/upstream"]);
  });

  it("reach every operation of the protocol and every row of the respond table", () => {
    const { wanted, unreached } = suiteCoverage([hitlSuite], reports);
    expect(unreached).toEqual([]);
    expect(wanted).toBe(Object.keys(reference).length + RESPOND_ROWS);
  });
});

describe("hitl/upstream", () => {
  it("shows at least four hazards, each with a token that replays", async () => {
    const race = races.find(({ name }) => name === "hitl/upstream")!;
    const options = { seed, schedules: 1_000, maxFailing: UPSTREAM_FAILURES };
    const { violations } = await explore(engine, race, options);
    const hazards = violations.map(({ invariant }) => invariant);
    expect(hazards.length).toBeGreaterThanOrEqual(4);
    expect(hazards).toEqual(expect.arrayContaining(["I10", "silent-record", "checked-params"]));
    for (const { invariant, token, traceHash } of violations) {
      const run = await replay(engine, race, token);
      expect(run.traceHash).toBe(traceHash);
      expect(run.violations.map((violation) => violation.invariant)).toContain(invariant);
    }
  });

  it("is told in the README with tokens that still show their hazards", async () => {
    const race = races.find(({ name }) => name === "hitl/upstream")!;
    const readme = await readFile(new URL("../../model/README.md", import.meta.url), "utf8");
    const tokens = readme.match(/^sy1:hitl\/upstream:\S+$/gm) ?? [];
    const broken: string[] = [];
    for (const token of tokens) {
      const run = await replay(engine, race, token);
      broken.push(...run.violations.map(({ invariant }) => invariant));
    }
    const hazards = ["I10", "I14", "I12", "silent-record", "I4", "checked-params"];
    expect(tokens).toHaveLength(hazards.length);
    expect(broken).toEqual(expect.arrayContaining(hazards));
  });
});
