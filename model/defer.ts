/**
 * T legacy, first part: a worker before Airflow 3.3 defers its task to a trigger instead of parking it.
 *
 * Locks task_instance, then writes the trigger row. The trigger's deadline is the response deadline; trigger_timeout is
 * set too, because Airflow fails what stays deferred for longer: the sweep must not take it for a response deadline.
 */
import { jsonb, type Json } from "./json.ts";
import type { Queryable } from "./query-port.ts";
import { refuse, type Refusal } from "./result.ts";
import { inTransaction, type TransactionOptions } from "./transaction.ts";

/** How a worker run defers its task. */
export interface DeferInput {
  readonly taskInstanceId: string;
  readonly invocationId: string;
  /** Id of the trigger row; unique over all triggers. */
  readonly triggerId: number;
  /** Milliseconds until the deadline; null: waits for ever. */
  readonly timeoutMs: number | null;
  readonly nextMethod: string;
  readonly nextKwargs: Json;
  readonly now: Date;
}

/** 200: the task waits with its trigger. 404: no such task instance. 409: not running, or run by another invocation. */
export type DeferResult = { readonly status: 200; readonly state: "deferred" } | Refusal<404 | 409>;

/** The statements of `defer`. */
export const deferSql = {
  lockTask: `select state, invocation_id from task_instance where id = $1 for update`,
  insertTrigger: `insert into trigger (id, ti_id, timeout_datetime) values ($1, $2, $3)`,
  write: `
    update task_instance
       set state = 'deferred', trigger_id = $2, trigger_timeout = $3, next_method = $4, next_kwargs = $5
     where id = $1`,
} as const;

/** Defers the task; see DeferResult. */
export async function defer(
  db: Queryable,
  input: DeferInput,
  options?: TransactionOptions,
): Promise<DeferResult> {
  const { taskInstanceId: id, invocationId, triggerId, timeoutMs, nextMethod, nextKwargs, now } = input;
  return inTransaction(
    db,
    async (): Promise<DeferResult> => {
      const task = (await db.query<TaskRow>(deferSql.lockTask, [id])).rows[0];
      if (task === undefined) return refuse(404, "no such task instance");
      if (task.invocation_id !== invocationId) return refuse(409, "another invocation runs the task");
      if (task.state === "deferred") return { status: 200, state: "deferred" };
      if (task.state !== "running") return refuse(409, `the task is ${task.state}`);

      const deadline = timeoutMs === null ? null : new Date(now.getTime() + timeoutMs);
      await db.query(deferSql.insertTrigger, [triggerId, id, deadline]);
      await db.query(deferSql.write, [id, triggerId, deadline, nextMethod, jsonb(nextKwargs)]);
      return { status: 200, state: "deferred" };
    },
    options,
  );
}

interface TaskRow {
  readonly state: string | null;
  readonly invocation_id: string | null;
}
