/**
 * The work of one sweep over a backlog of a given size, by EXPLAIN ANALYZE: what the bound on a sweep's cost is about.
 */
import { deadlineOf, parkBacklog } from "../../model/backlog.ts";
import type { Protocol } from "../../model/protocol.ts";
import type { Queryable } from "../../model/query-port.ts";
import type { Engine } from "../../sim/engine/port.ts";
import { explaining } from "../../sim/explain/explaining.ts";
import { addWork, NO_WORK, type PlanFacts } from "../../sim/explain/plan-facts.ts";
import { queryable } from "../../sim/race/actor-context.ts";

/** Tasks that become due before each sweep, and those that it may take. */
const DUE = 30;
const LIMIT = 10;

/** What a sweep is measured on. */
export interface SweepSubject {
  readonly schema: string;
  readonly protocol: Protocol;
}

/** Sweeps of which the last one counts: the first one warms what a session keeps. */
const SWEEPS = 2;

/** The work of a sweep with `parked` tasks that are not due. */
export async function workOfSweep(
  engine: Engine,
  { schema, protocol }: SweepSubject,
  parked: number,
): Promise<PlanFacts> {
  await engine.install(schema);
  await engine.startRun({
    seed: 1,
    startMs: Date.UTC(2026, 0, 1),
    chooseVictim: () => 0,
    onCommit: () => Promise.resolve(),
  });
  const db = await openSession(engine, "scheduler");
  await parkBacklog(db, 1, SWEEPS * DUE + parked);
  let work = NO_WORK;
  const explained = explaining(db, (statement) => {
    work = addWork(work, statement.work);
  });
  for (let sweeps = 1; sweeps <= SWEEPS; sweeps += 1) {
    work = NO_WORK;
    await protocol.sweep(explained, { now: deadlineOf(sweeps * DUE), limit: LIMIT });
  }
  return work;
}

async function openSession(engine: Engine, name: string): Promise<Queryable> {
  await engine.open(name);
  return queryable(async (statement) => {
    const { outcome } = await engine.execute(name, statement);
    if (outcome.kind === "failed") throw outcome.error;
    if (outcome.kind === "waiting") throw new Error(`${name} waits, though nobody else is there.`);
    return outcome.result;
  });
}

/** At most so many times the buffers of the small backlog: an index may have one more level. */
const MAX_GROWTH = 1.3;

/** Why a sweep's cost is not bounded by its batch; undefined where it is. */
export function whyUnbounded(small: PlanFacts, large: PlanFacts): string | undefined {
  if (large.rowsLocked > 2 * LIMIT) return `${large.rowsLocked} rows were locked by a batch of ${LIMIT}`;
  if (large.rowsRead > small.rowsRead) return `${large.rowsRead} rows were read, ${small.rowsRead} before`;
  if (large.buffers > MAX_GROWTH * small.buffers) {
    return `${large.buffers} buffers were touched, ${small.buffers} before`;
  }
  return undefined;
}
