/**
 * The isolation table says what PostgreSQL documents: each anomaly comes about up to its level, and in no schedule at the next one.
 */
import { beforeAll, describe, expect, it } from "vitest";
import type { Engine } from "../../sim/engine/port.ts";
import { keptEngine } from "../kept-engine.ts";
import { ISOLATION_LEVELS, isolationOf, underIsolation, type Isolation } from "../../sim/race/isolation.ts";
import type { Race } from "../../sim/race/race.ts";
import { isolationText } from "../../sim/report/isolation-text.ts";
import { isolationCell, type IsolationCell } from "../../sim/search/isolation-table.ts";
import { replay } from "../../sim/search/replay.ts";
import { suiteSeed } from "../hitl/suite-seed.ts";
import { anomalies } from "./anomalies.ts";
import { ANOMALIES } from "./anomaly-list.ts";

const seed = suiteSeed("isolation levels");

/** Schedules in which each anomaly comes about at its level, whatever the seed. */
const FOUND_WITHIN = 200;

const known = Object.entries(ANOMALIES).map(([name, { until }]) => {
  const next = ISOLATION_LEVELS[ISOLATION_LEVELS.indexOf(until) + 1] as Isolation["level"];
  return { name, until, next };
});
/** The levels first, the control last. */
const byLevel = known.toSorted((one, other) => rank(other) - rank(one));

let engine: Engine;
beforeAll(async () => {
  engine = await keptEngine();
});

describe("a race under another level", () => {
  it("gives its clients 40001 where they do not try again, and not where they do", async () => {
    const level = "repeatable read";
    expect((await cellOf("P4", { level, retries: false }, 40)).errors).toEqual({ 40001: expect.any(Number) });
    expect((await cellOf("P4", { level, retries: true }, 40)).errors).toEqual({});
  });

  it("has a name that tells its level", () => {
    for (const level of ISOLATION_LEVELS) {
      for (const retries of [false, true]) {
        const { name } = underIsolation(raceOf("G2"), { level, retries });
        expect(isolationOf(name)).toEqual({ race: "isolation/g2", level, retries });
      }
    }
    expect(isolationOf("isolation/g2")).toBeUndefined();
  });

  it("stands in the table with what it allows, and what it never does", () => {
    const cell: IsolationCell = {
      race: "isolation/p4",
      level: "read committed",
      retries: false,
      promises: ["P4"],
      allowed: [{ invariant: "P4", schedules: 2, preemptions: 1, steps: 6, token: "sy1:token" }],
      schedules: 2,
      exhausted: undefined,
      errors: {},
    };
    const never: IsolationCell = {
      ...cell,
      level: "serializable",
      allowed: [],
      exhausted: 14,
      errors: { 40001: 3 },
    };
    const text = isolationText([cell, never, { ...never, retries: true, errors: {} }]);
    expect(text).toMatch(/isolation\/p4 +P4 +breaks \(2\) +never \(14\); 40001/);
    expect(text).toContain("P4, read committed  sy1:token");
  });
});

describe("an anomaly", () => {
  it("is a race for each of the ten", () => {
    expect(Object.keys(ANOMALIES)).toEqual([
      "G0",
      "G1a",
      "G1b",
      "G1c",
      "OTV",
      "PMP",
      "P4",
      "G-single",
      "G2-item",
      "G2",
    ]);
    expect(anomalies).toHaveLength(10);
  });

  it.each(byLevel)("$name comes about in no schedule at level $next", async ({ name, next }) => {
    const cell = await cellOf(name, { level: next, retries: false }, 10);
    expect(cell.allowed).toEqual([]);
    expect(cell.exhausted).toBeGreaterThan(1);
  });

  it.each(byLevel)("$name comes about at level $until, and its token shows it", async ({ name, until }) => {
    const isolation = { level: until, retries: false };
    const { allowed } = await cellOf(name, isolation, FOUND_WITHIN);
    expect(
      allowed.map(({ invariant }) => invariant),
      `seed ${seed}`,
    ).toEqual([name]);
    const run = await replay(engine, underIsolation(raceOf(name), isolation), allowed[0]?.token ?? "");
    expect(run.violations).toMatchObject([{ invariant: name }]);
  });
});

function cellOf(name: string, isolation: Isolation, schedules: number): Promise<IsolationCell> {
  return isolationCell(engine, raceOf(name), isolation, { seed, schedules });
}

function raceOf(name: string): Race<any, any> {
  return anomalies[Object.keys(ANOMALIES).indexOf(name)] as Race<any, any>;
}

function rank({ until }: { readonly until: Isolation["level"] }): number {
  return ISOLATION_LEVELS.indexOf(until);
}
