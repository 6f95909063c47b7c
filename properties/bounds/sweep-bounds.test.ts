/**
 * The sweep's bounds: its cost is its batch's whatever is parked, and it gets in nobody's way. Each bound is broken once by a
 * wrong protocol, so that a bound which holds for everything would be noticed.
 */
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { rewriting } from "../../model/mutants/derive.ts";
import { clausesOf } from "../../model/mutants/clauses-of.ts";
import { reference, type Protocol } from "../../model/protocol.ts";
import { schema } from "../../model/schema.ts";
import { sweepSql } from "../../model/sweep.ts";
import type { Engine } from "../../sim/engine/port.ts";
import { keptEngine } from "../kept-engine.ts";
import { runRace } from "../../sim/race/run.ts";
import type { Scheduler } from "../../sim/race/scheduler.ts";
import { arraySchedule } from "../../sim/search/array-schedule.ts";
import { followSchedule } from "../../sim/search/follow-schedule.ts";
import { scheduleArbitrary } from "../../sim/search/schedule-arbitrary.ts";
import type { RunResult } from "../../sim/trace/trace.ts";
import { allAreGone, nothingTwice, responseWaitsForOneBatch, sweepsDoNotWait } from "./drain-bounds.ts";
import { drainRace } from "./drain-race.ts";
import { whyUnbounded, workOfSweep, type SweepSubject } from "./sweep-work.ts";

/** Parked tasks that are not due. */
const FEW = 300;
const MANY = 3_000;
const SCHEDULES = 25;

let engine: Engine;

beforeAll(async () => {
  engine = await keptEngine();
});

describe("one sweep", () => {
  it("reads, locks and touches as much with ten times as many parked tasks", async () => {
    expect(await growth({ schema, protocol: reference })).toBeUndefined();
  });

  it("would read every parked task without its partial index", async () => {
    const withoutIndex = schema.replace(/create index task_instance_response_deadline[^;]*;/, "");
    expect(withoutIndex).not.toBe(schema);
    expect(await growth({ schema: withoutIndex, protocol: reference })).toMatch(/rows were read/);
  });

  it("would lock more than its batch without LIMIT", async () => {
    const protocol = mutant("sweep.lockTasks without LIMIT");
    expect(await growth({ schema, protocol })).toMatch(/rows were locked/);
  });
});

describe("sweeps at once", () => {
  it("wait for nobody, resume nothing twice, and leave nothing after ceil(n / limit) of them", async () => {
    await fc.assert(
      fc.asyncProperty(scheduleArbitrary, async (choices) => {
        const run = await drain(reference, false, arraySchedule(choices));
        expect([sweepsDoNotWait(run), nothingTwice(run), allAreGone(run)]).toEqual([
          undefined,
          undefined,
          undefined,
        ]);
      }),
      { numRuns: SCHEDULES },
    );
  });

  it("let a response wait for one batch at most, and wait for no response", async () => {
    let waits = 0;
    await fc.assert(
      fc.asyncProperty(scheduleArbitrary, async (choices) => {
        const run = await drain(reference, true, arraySchedule(choices));
        waits += run.waits;
        expect([sweepsDoNotWait(run), nothingTwice(run), responseWaitsForOneBatch(run)]).toEqual([
          undefined,
          undefined,
          undefined,
        ]);
      }),
      { numRuns: SCHEDULES },
    );
    expect(waits).toBeGreaterThan(0);
  });

  it("would wait without SKIP LOCKED", async () => {
    const protocol = mutant("sweep.lockTasks without SKIP LOCKED");
    const run = await drain(protocol, false, followSchedule(["sweep1", "sweep2"]));
    expect(sweepsDoNotWait(run)).toMatch(/^sweep2 waited/);
  });

  it("would resume twice without FOR UPDATE", async () => {
    const protocol = mutant("sweep.lockTasks without FOR UPDATE");
    const run = await drain(protocol, false, followSchedule(["sweep1", "sweep2"]));
    expect(nothingTwice(run)).toMatch(/resumed twice/);
  });

  it("would leave something if they took less than their limit", async () => {
    const less = sweepSql.lockTasks.replace("limit $2", "limit $2 - 1");
    const protocol: Protocol = {
      ...reference,
      sweep: (db, input) => reference.sweep(rewriting(db, sweepSql.lockTasks, less), input),
    };
    expect(allAreGone(await drain(protocol, false, followSchedule([])))).toMatch(/^6 of 7 tasks/);
  });

  it("would keep a response waiting for longer without LIMIT", async () => {
    const protocol = mutant("sweep.lockTasks without LIMIT");
    const run = await drain(protocol, true, followSchedule(["person", "sweep1", "person"]));
    expect(responseWaitsForOneBatch(run)).toMatch(/waited for 1\d statements of sweep1/);
  });
});

async function growth(subject: SweepSubject): Promise<string | undefined> {
  const few = await workOfSweep(engine, subject, FEW);
  return whyUnbounded(few, await workOfSweep(engine, subject, MANY));
}

async function drain(protocol: Protocol, person: boolean, schedule: Scheduler): Promise<RunResult> {
  const run = await runRace(engine, drainRace(protocol), { seed: 1, data: { person }, schedule });
  expect(run.violations).toEqual([]);
  return run;
}

function mutant(title: string): Protocol {
  return clausesOf(title)[0]?.protocol as Protocol;
}
