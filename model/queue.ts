/**
 * K scheduler step, second half: SCHEDULED tasks are QUEUED as far as pools and concurrency limits allow.
 *
 * Locks every pool in the order of its name: one scheduler at a time counts slots. Then a batch of SCHEDULED
 * task_instance rows in the order of (scheduled_dttm, id), skipping those that somebody else holds. What is at work is
 * counted after the pools were locked, so that what another scheduler has just queued is seen.
 */
import type { Dag } from "./dag.ts";
import type { Queryable } from "./query-port.ts";
import { fitting, type SlotTask } from "./slots.ts";
import { inTransaction, type TransactionOptions } from "./transaction.ts";

/** Tasks that one step looks at most. */
export const QUEUE_LIMIT = 32;

/** One look for free slots. */
export interface QueueInput {
  readonly dag: Dag;
  /** Tasks to look at at most; QUEUE_LIMIT unless told. */
  readonly limit?: number | undefined;
}

/** Ids of the tasks that are queued now, in the order in which they took their slots. */
export interface QueueResult {
  readonly status: 200;
  readonly queued: readonly string[];
}

/** The statements of `queue`. */
export const queueSql = {
  lockPools: `select pool, slots, include_deferred from pool order by pool for update`,
  lockTasks: `
    select ti.id, ti.run_id, ti.task_id, ti.state, ti.pool, ti.pool_slots
      from task_instance ti
      join dag_run dr on dr.dag_id = ti.dag_id and dr.run_id = ti.run_id
     where ti.dag_id = $1 and ti.state = 'scheduled' and dr.state = 'running'
     order by ti.scheduled_dttm, ti.id
     limit $2
     for update of ti skip locked`,
  active: `
    select id, run_id, task_id, state, pool, pool_slots from task_instance
     where state in ('queued', 'running', 'deferred', 'awaiting_input')`,
  write: `update task_instance set state = 'queued' where id = any ($1)`,
} as const;

/** Queues what fits; see QueueResult. */
export async function queue(
  db: Queryable,
  input: QueueInput,
  options?: TransactionOptions,
): Promise<QueueResult> {
  const { dag, limit = QUEUE_LIMIT } = input;
  return inTransaction(
    db,
    async (): Promise<QueueResult> => {
      const pools = (await db.query<PoolRow>(queueSql.lockPools)).rows;
      const candidates = (await db.query<TaskRow>(queueSql.lockTasks, [dag.dagId, limit])).rows;
      if (candidates.length === 0) return { status: 200, queued: [] };
      const active = (await db.query<TaskRow>(queueSql.active)).rows;
      const queued = fitting(candidates.map(slotTask), active.map(slotTask), pools.map(poolOf), dag);
      if (queued.length > 0) await db.query(queueSql.write, [queued]);
      return { status: 200, queued };
    },
    options,
  );
}

interface PoolRow {
  readonly pool: string;
  readonly slots: number;
  readonly include_deferred: boolean;
}

interface TaskRow {
  readonly id: string;
  readonly run_id: string;
  readonly task_id: string;
  readonly state: string | null;
  readonly pool: string;
  readonly pool_slots: number;
}

function poolOf({ pool, slots, include_deferred }: PoolRow): {
  pool: string;
  slots: number;
  includeDeferred: boolean;
} {
  return { pool, slots, includeDeferred: include_deferred };
}

function slotTask({ id, run_id, task_id, state, pool, pool_slots }: TaskRow): SlotTask {
  return { id, runId: run_id, taskId: task_id, state, pool, poolSlots: pool_slots };
}
