import { readFile } from "node:fs/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { reference } from "../../model/protocol.ts";
import type { Engine } from "../../sim/engine/port.ts";
import { keptEngine } from "../kept-engine.ts";
import { explore } from "../../sim/search/explore.ts";
import { replay } from "../../sim/search/replay.ts";
import { races } from "../races/index.ts";
import { suiteSeed } from "./suite-seed.ts";

const SCHEDULES = 120;
/** Failing schedules of hitl/upstream: enough for its hazards. */
const UPSTREAM_FAILURES = 20;

const seed = suiteSeed("the whole protocol");
const seen = new Set<string>();
let engine: Engine;

beforeAll(async () => {
  engine = await keptEngine();
});

const kept = races.filter(({ name }) => name !== "hitl/upstream");

describe.each(kept)("$name", (race) => {
  it(`keeps every promise in ${SCHEDULES} schedules, and sees what it must`, async () => {
    const report = await explore(engine, race, { seed, schedules: SCHEDULES });
    for (const label of Object.keys(report.labels)) seen.add(label);
    expect(report.violations.map(({ message, token }) => `${message} ${token}`)).toEqual([]);
    expect(report.vacuous).toEqual([]);
  });
});

describe("the races together", () => {
  it("reach every operation of the protocol and every status of a response", () => {
    const operations = new Set([...seen].map((label) => label.split(" ")[0]));
    expect([...operations]).toEqual(expect.arrayContaining(Object.keys(reference)));
    for (const status of [200, 400, 403, 404, 409, 422]) expect(seen).toContain(`respond ${status}`);
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
