/**
 * Q pending actions: what waits for a person now, in old runs and in new ones. A plain read, no locks.
 */
import type { Queryable } from "./query-port.ts";

/** An unanswered request of a waiting task. */
export interface PendingAction {
  readonly taskInstanceId: string;
  readonly subject: string;
  readonly state: "awaiting_input" | "deferred";
}

/** The statement of `pendingActions`. */
const pendingActionsSql = `
  select ti.id, ti.state, hd.subject
    from hitl_detail hd
    join task_instance ti on ti.id = hd.ti_id
   where hd.responded_at is null and ti.state in ('deferred', 'awaiting_input')
   order by hd.created_at, ti.id`;

/** Every unanswered request of a waiting task, the oldest first. */
export async function pendingActions(db: Queryable): Promise<readonly PendingAction[]> {
  const { rows } = await db.query<{ id: string; state: PendingAction["state"]; subject: string }>(
    pendingActionsSql,
  );
  return rows.map(({ id, state, subject }) => ({ taskInstanceId: id, subject, state }));
}
