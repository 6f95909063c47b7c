import { beforeAll, describe, expect, it } from "vitest";
import type { Engine } from "../../sim/engine/port.ts";
import { keptEngine } from "../kept-engine.ts";
import { proveFewest } from "../../sim/search/exhaustive/prove-fewest.ts";
import { explore, type ExploreReport } from "../../sim/search/explore.ts";
import { replay } from "../../sim/search/replay.ts";
import { parkRespondSweep } from "../races/park-respond-sweep.ts";
import { switchyard } from "./fresh-process.ts";
import { suiteSeed } from "./suite-seed.ts";

const SCHEDULES = 2_000;
const MAX_FAILING = 10;
const MAX_PREEMPTIONS = 3;
/** Replays of each mutant's counterexamples, and how many of them in a process of their own (a second or two each). */
const REPLAYS = 20;
const FRESH_PROCESSES = Number(process.env["SWITCHYARD_FRESH_PROCESSES"] ?? 1);
const REPLAYS_TIMEOUT_MS = 60_000 + FRESH_PROCESSES * 20_000;

const seed = suiteSeed("mutants of hitl/park-respond-sweep");
let engine: Engine;

beforeAll(async () => {
  engine = await keptEngine();
});

/** The mutants of the protocol's first part; properties/hitl/all-mutants.test.ts has all of them. */
const MUTANTS = parkRespondSweep.mutants.filter(({ id }) => [1, 4, 5, 7, 9].includes(id));

describe.each(MUTANTS)("mutant $id ($title)", ({ id, violates }) => {
  let report: ExploreReport;

  beforeAll(async () => {
    report = await explore(engine, parkRespondSweep, {
      seed,
      schedules: SCHEDULES,
      maxFailing: MAX_FAILING,
      mutant: id,
    });
  });

  it(`is found to break ${violates.join(" and ")}`, () => {
    expect(report.violations.map(({ invariant }) => invariant)).toEqual(
      expect.arrayContaining([...violates]),
    );
  });

  it(`has counterexamples with at most ${MAX_PREEMPTIONS} preemptions`, () => {
    for (const { preemptions } of report.violations) expect(preemptions).toBeLessThanOrEqual(MAX_PREEMPTIONS);
    expect(report.shrinkBoundReached).toBe(false);
  });

  it("has a counterexample with the fewest preemptions that are possible", async () => {
    const [found] = report.violations.filter(({ invariant }) => violates.includes(invariant));
    const { preemptions, fewest } = await proveFewest(engine, parkRespondSweep, id, found!);
    expect(preemptions).toBe(fewest);
  });

  it(
    `has a token that replays to the same trace hash ${REPLAYS} times of ${REPLAYS}, ${FRESH_PROCESSES} of them in a process of their own`,
    { timeout: REPLAYS_TIMEOUT_MS },
    async () => {
      const [violation] = report.violations.filter(({ invariant }) => violates.includes(invariant));
      const { token, traceHash } = violation!;
      const hashes: string[] = [];
      for (let i = 0; i < REPLAYS - FRESH_PROCESSES; i += 1) {
        hashes.push((await replay(engine, parkRespondSweep, token)).traceHash);
      }
      for (let i = 0; i < FRESH_PROCESSES; i += 1) {
        hashes.push((await switchyard("replay", token)).json.traceHash);
      }
      expect(hashes).toEqual(Array(REPLAYS).fill(traceHash));
    },
  );
});
