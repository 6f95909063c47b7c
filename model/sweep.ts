/**
 * S sweep: every scheduler resumes the tasks whose deadline has passed.
 *
 * Locks a batch of task_instance rows in the order of (trigger_timeout, id), skipping those that somebody else holds,
 * then their hitl_detail rows in the order of ti_id. The deadline and the state are checked as part of taking the
 * lock; whether an answer is there is read afterwards. The partial index bounds the cost by the batch.
 */
import { writeDefaults, writeDefaultsSql, type DetailAtDeadline } from "./defaults.ts";
import { answerEvent, isAnswered, timeoutEvent } from "./event.ts";
import type { Queryable } from "./query-port.ts";
import { resume } from "./resume.ts";
import { inTransaction, type TransactionOptions } from "./transaction.ts";

/** Rows that one sweep takes at most. */
export const SWEEP_LIMIT = 100;

/** Milliseconds between two sweeps of one scheduler. */
export const SWEEP_INTERVAL_MS = 15_000;

/** One sweep. */
export interface SweepInput {
  readonly now: Date;
  /** Rows to take at most; SWEEP_LIMIT unless told. */
  readonly limit?: number | undefined;
}

/** One task that a sweep resumed: with the answer it found, with the defaults, or with the timeout error. */
export interface Swept {
  readonly taskInstanceId: string;
  readonly how: "answer" | "default" | "timeout";
}

/** What a sweep did, in the order in which it took the rows. */
export interface SweepResult {
  readonly status: 200;
  readonly resumed: readonly Swept[];
}

/** The statements of `sweep`; each resumed row adds `resumeSql`. */
export const sweepSql = {
  lockTasks: `
    select id from task_instance
     where state = 'awaiting_input' and trigger_timeout <= $1
     order by trigger_timeout, id
     limit $2
     for update skip locked`,
  lockDetails: `
    select ti_id, defaults, params, responded_at, responded_by, chosen_options, params_input
      from hitl_detail where ti_id = any ($1) order by ti_id for update`,
  writeDefaults: writeDefaultsSql as string,
} as const;

/** Resumes at most `limit` overdue tasks; see SweepResult. */
export async function sweep(
  db: Queryable,
  input: SweepInput,
  options?: TransactionOptions,
): Promise<SweepResult> {
  const { now, limit = SWEEP_LIMIT } = input;
  return inTransaction(
    db,
    async (): Promise<SweepResult> => {
      const ids = (await db.query<{ id: string }>(sweepSql.lockTasks, [now, limit])).rows.map(({ id }) => id);
      if (ids.length === 0) return { status: 200, resumed: [] };
      const details = (await db.query<DetailRow>(sweepSql.lockDetails, [ids])).rows;

      const resumed: Swept[] = [];
      for (const id of ids) {
        const detail = details.find(({ ti_id }) => ti_id === id);
        resumed.push({ taskInstanceId: id, how: await sweepOne(db, id, detail, now) });
      }
      return { status: 200, resumed };
    },
    options,
  );
}

async function sweepOne(
  db: Queryable,
  id: string,
  detail: DetailRow | undefined,
  now: Date,
): Promise<Swept["how"]> {
  if (detail !== undefined && isAnswered(detail)) {
    await resume(db, id, answerEvent(detail), now);
    return "answer";
  }
  if (detail === undefined || detail.defaults === null) {
    await resume(db, id, timeoutEvent(), now);
    return "timeout";
  }
  const { defaults, params } = detail;
  const answer = await writeDefaults(db, id, { defaults, params }, now);
  await resume(db, id, answerEvent(answer), now);
  return "default";
}

type DetailRow = DetailAtDeadline & { readonly ti_id: string };
