import { afterAll, describe, expect, it } from "vitest";
import { explore, replay, type Race } from "../../sim/index.ts";
import { sharedEngine } from "../../sim/library/shared-engine.ts";
import stock from "./drizzle-stock.ts";
import transfers from "./kysely-transfer.ts";
import coupons from "./pg-coupons.ts";

/** A planted bug has to be found in fewer. */
const MAX_SCHEDULES = 499;

const engine = await sharedEngine();

afterAll(async () => {
  await engine.close();
});

describe.each<Race<any, any>>([coupons, stock, transfers])("$name", (race) => {
  it("passes as it is", async () => {
    const report = await explore(engine, race, { schedules: 40, seed: 1 });
    expect(report.violations).toEqual([]);
    expect(report.vacuous).toEqual([]);
    expect(report.waits).toBeGreaterThan(0);
  });

  it.each(race.mutants)("fails with the bug: $title", async ({ id, violates }) => {
    const report = await explore(engine, race, {
      schedules: MAX_SCHEDULES,
      seed: 1,
      mutant: id,
      maxFailing: 1,
    });
    const found = report.violations.map(({ invariant }) => invariant);
    expect(found).toEqual(expect.arrayContaining([...violates]));
    const [{ token, run }] = report.violations as [(typeof report.violations)[number]];
    expect((await replay(engine, race, token)).traceHash).toBe(run.traceHash);
  });
});
