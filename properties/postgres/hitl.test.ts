/**
 * The reference protocol, unchanged, on a real server: every race keeps its promises there too.
 */
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Engine } from "../../sim/engine/port.ts";
import { openServerEngine } from "../../sim/postgres/index.ts";
import { explore } from "../../sim/search/explore.ts";
import { suiteSeed } from "../hitl/suite-seed.ts";
import { races } from "../races/index.ts";

const SCHEDULES = 8;

const seed = suiteSeed("the races on a server");
let engine: Engine;

beforeAll(async () => {
  engine = await openServerEngine();
});

afterAll(async () => {
  await engine.close();
});

it.each(races.filter(({ name }) => name !== "hitl/upstream"))(
  "$name keeps its promises on a server",
  async (race) => {
    const report = await explore(engine, race, { seed, schedules: SCHEDULES });
    expect(report.violations.map(({ message, token }) => `${message} ${token}`)).toEqual([]);
  },
);
