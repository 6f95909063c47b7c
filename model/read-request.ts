/**
 * What a human is shown: the request of a task, with the identity that an answer has to name. A plain read, no locks.
 */
import type { Queryable } from "./query-port.ts";

/** The statement of `readRequest`. */
const readRequestSql = `select created_at from hitl_detail where ti_id = $1`;

/** The identity of the task's request, or undefined while it has not asked. */
export async function readRequest(
  db: Queryable,
  taskInstanceId: string,
): Promise<{ readonly createdAt: Date } | undefined> {
  const row = (await db.query<{ created_at: Date }>(readRequestSql, [taskInstanceId])).rows[0];
  return row === undefined ? undefined : { createdAt: row.created_at };
}
