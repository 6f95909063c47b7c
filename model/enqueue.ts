/**
 * The last part of K, the scheduler step: a SCHEDULED task is QUEUED.
 *
 * One statement that locks the task_instance row and checks its state. Pools and concurrency limits are not looked at.
 */
import type { Queryable } from "./query-port.ts";
import { refuse, type Refusal } from "./result.ts";

/** The task to queue. */
export interface EnqueueInput {
  readonly taskInstanceId: string;
}

/** 200: QUEUED now. 409: not SCHEDULED. */
export type EnqueueResult = { readonly status: 200 } | Refusal<409>;

/** The statement of `enqueue`. */
export const enqueueSql = `
  update task_instance set state = 'queued' where id = $1 and state = 'scheduled' returning id`;

/** Queues the task; see EnqueueResult. */
export async function enqueue(db: Queryable, input: EnqueueInput): Promise<EnqueueResult> {
  const queued = await db.query(enqueueSql, [input.taskInstanceId]);
  return queued.rows.length === 1 ? { status: 200 } : refuse(409, "the task is not scheduled");
}
