/**
 * U ask: the worker of a RUNNING task writes its request.
 *
 * Locks task_instance, then hitl_detail. One worker run asks once: what it asks again is a repeated delivery and
 * changes nothing, so that an answer that was acknowledged in between stays. A request of an earlier run is archived
 * when it was answered, and replaced either way.
 */
import { jsonb } from "./json.ts";
import type { Queryable } from "./query-port.ts";
import { whyNotAskable, type HitlRequest } from "./request.ts";
import { refuse, type Refusal } from "./result.ts";
import { inTransaction, type TransactionOptions } from "./transaction.ts";

/** The request of one worker run. */
export interface AskInput {
  readonly taskInstanceId: string;
  /** The worker run that asks. */
  readonly invocationId: string;
  readonly request: HitlRequest;
  readonly now: Date;
}

/**
 * 200: the request stands, `createdAt` is its identity. 404: no such task instance. 409: not running, or run by another
 * invocation. 422: a request that cannot be asked.
 */
export type AskResult = { readonly status: 200; readonly createdAt: Date } | Refusal<404 | 409 | 422>;

/** The statements of `ask`. */
export const askSql = {
  lockTask: `select state, invocation_id from task_instance where id = $1 for update`,
  lockDetail: `select invocation_id, created_at from hitl_detail where ti_id = $1 for update`,
  write: `
    with archived as (
      insert into hitl_detail_history
      select ti_id, invocation_id, created_at, subject, body, options, defaults, multiple, params, assignees,
             responded_at, responded_by, chosen_options, params_input
        from hitl_detail
       where ti_id = $1 and responded_at is not null
    )
    insert into hitl_detail as detail
      (ti_id, invocation_id, created_at, subject, body, options, defaults, multiple, params, assignees)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
    on conflict (ti_id) do update
       set invocation_id = excluded.invocation_id,
           created_at = greatest(excluded.created_at, detail.created_at + interval '1 millisecond'),
           subject = excluded.subject, body = excluded.body, options = excluded.options,
           defaults = excluded.defaults, multiple = excluded.multiple, params = excluded.params,
           assignees = excluded.assignees,
           responded_at = null, responded_by = null, chosen_options = null, params_input = null
    returning created_at`,
} as const;

/** Writes the request; see AskResult. */
export async function ask(db: Queryable, input: AskInput, options?: TransactionOptions): Promise<AskResult> {
  const { taskInstanceId: id, invocationId, request, now } = input;
  const unaskable = whyNotAskable(request);
  if (unaskable !== undefined) return refuse(422, unaskable);

  return inTransaction(
    db,
    async (): Promise<AskResult> => {
      const task = (await db.query<TaskRow>(askSql.lockTask, [id])).rows[0];
      if (task === undefined) return refuse(404, "no such task instance");
      if (task.state !== "running") return refuse(409, `the task is ${task.state}`);
      if (task.invocation_id !== invocationId) return refuse(409, "another invocation runs the task");

      const detail = (await db.query<DetailRow>(askSql.lockDetail, [id])).rows[0];
      if (detail?.invocation_id === invocationId) return { status: 200, createdAt: detail.created_at };

      const written = await db.query<{ created_at: Date }>(askSql.write, [
        id,
        invocationId,
        now,
        request.subject,
        request.body,
        jsonb(request.options),
        jsonb(request.defaults),
        request.multiple,
        jsonb(request.params),
        jsonb(request.assignees),
      ]);
      return { status: 200, createdAt: written.rows[0]?.created_at ?? now };
    },
    options,
  );
}

interface TaskRow {
  readonly state: string | null;
  readonly invocation_id: string | null;
}

interface DetailRow {
  readonly invocation_id: string;
  readonly created_at: Date;
}
