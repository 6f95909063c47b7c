/**
 * The work of one sweep, by EXPLAIN ANALYZE of each of its statements.
 */
import type { Queryable } from "../../model/query-port.ts";
import type { SweepResult } from "../../model/sweep.ts";
import { explaining } from "../../sim/explain/explaining.ts";
import { addWork, NO_WORK, type PlanFacts } from "../../sim/explain/plan-facts.ts";
import { counting, newCount } from "../measure/counting.ts";

/** What a sweep did, and what it cost in counts. */
export interface SweepWork {
  /** Tasks that were resumed. */
  readonly resumed: number;
  /** As sent by a sweep that is not explained. */
  readonly statements: number;
  readonly work: PlanFacts;
}

/** Runs one sweep (any function that sweeps over a session) and counts its work. */
export async function sweepWork(
  db: Queryable,
  sweep: (db: Queryable) => Promise<SweepResult>,
): Promise<SweepWork> {
  const count = newCount();
  let work = NO_WORK;
  const explained = explaining(db, (statement) => {
    work = addWork(work, statement.work);
  });
  const { resumed } = await sweep(counting(explained, count));
  return { resumed: resumed.length, statements: count.statements, work };
}
