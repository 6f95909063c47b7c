/**
 * P park: the worker of a RUNNING task hands it over to the wait for an answer.
 *
 * Locks task_instance, then hitl_detail. If the human was faster, the task goes straight on to SCHEDULED with the
 * answer; no committed state has it waiting for an answer that is there. No trigger row, ever.
 */
import { answerEvent, isAnswered, type AnswerColumns } from "./event.ts";
import { jsonb, type Json } from "./json.ts";
import type { Queryable } from "./query-port.ts";
import { refuse, type Refusal } from "./result.ts";
import { resume } from "./resume.ts";
import { inTransaction, type TransactionOptions } from "./transaction.ts";

/** How a worker run parks its task. */
export interface ParkInput {
  readonly taskInstanceId: string;
  /** The worker run that parks. */
  readonly invocationId: string;
  /** Milliseconds until the deadline; null: waits for ever. */
  readonly timeoutMs: number | null;
  /** What the next worker run calls with the answer. */
  readonly nextMethod: string;
  /** Its arguments; anything but a JSON object cannot be resumed (see resume.ts). */
  readonly nextKwargs: Json;
  readonly now: Date;
}

/**
 * 200: the task waits, or was answered already and is scheduled (also when this very invocation had parked it before).
 * 404: no such task instance. 409: not running, run by another invocation, or nothing was asked.
 */
export type ParkResult =
  { readonly status: 200; readonly state: "awaiting_input" | "scheduled" } | Refusal<404 | 409>;

/** The statements of `park`; the fast path adds `resumeSql`. */
export const parkSql = {
  lockTask: `select state, invocation_id from task_instance where id = $1 for update`,
  lockDetail: `
    select invocation_id, responded_at, responded_by, chosen_options, params_input
      from hitl_detail where ti_id = $1 for update`,
  write: `
    update task_instance
       set state = 'awaiting_input',
           trigger_id = null,
           trigger_timeout = $2,
           next_method = $3,
           next_kwargs = $4
     where id = $1`,
} as const;

/** Parks the task; see ParkResult. */
export async function park(
  db: Queryable,
  input: ParkInput,
  options?: TransactionOptions,
): Promise<ParkResult> {
  const { taskInstanceId: id, invocationId, timeoutMs, now } = input;
  return inTransaction(
    db,
    async (): Promise<ParkResult> => {
      const task = (await db.query<TaskRow>(parkSql.lockTask, [id])).rows[0];
      if (task === undefined) return refuse(404, "no such task instance");
      if (task.invocation_id !== invocationId) return refuse(409, "another invocation runs the task");
      if (task.state === "awaiting_input" || task.state === "scheduled") {
        return { status: 200, state: task.state };
      }
      if (task.state !== "running") return refuse(409, `the task is ${task.state}`);

      const detail = (await db.query<DetailRow>(parkSql.lockDetail, [id])).rows[0];
      if (detail?.invocation_id !== invocationId) return refuse(409, "this invocation asked nothing");

      const deadline = timeoutMs === null ? null : new Date(now.getTime() + timeoutMs);
      await db.query(parkSql.write, [id, deadline, input.nextMethod, jsonb(input.nextKwargs)]);
      if (!isAnswered(detail)) return { status: 200, state: "awaiting_input" };
      await resume(db, id, answerEvent(detail), now);
      return { status: 200, state: "scheduled" };
    },
    options,
  );
}

interface TaskRow {
  readonly state: string | null;
  readonly invocation_id: string | null;
}

type DetailRow = AnswerColumns & { readonly invocation_id: string };
