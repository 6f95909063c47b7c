/**
 * W worker, first half: a worker run takes a QUEUED task.
 *
 * One statement that locks the task_instance row, checks its state and writes the new invocation; a second one tells a
 * repeated delivery from a refusal. next_method and next_kwargs stay until the run ends, for a repeated delivery.
 */
import type { Json } from "./json.ts";
import type { Queryable } from "./query-port.ts";
import { refuse, type Refusal } from "./result.ts";

/** The worker run that takes the task. */
export interface StartInput {
  readonly taskInstanceId: string;
  /** Names the run; unique over all runs. */
  readonly invocationId: string;
}

/**
 * 200: the run holds the task; with a `nextMethod` it goes on with execute_complete, `nextKwargs.event` in hand. 409:
 * not QUEUED, or taken by another run.
 */
export type StartResult =
  { readonly status: 200; readonly nextMethod: string | null; readonly nextKwargs: Json } | Refusal<409>;

/** The statements of `start`. */
export const startSql = {
  take: `
    update task_instance
       set state = 'running', invocation_id = $2
     where id = $1 and state = 'queued'
    returning next_method, next_kwargs`,
  takenBefore: `
    select next_method, next_kwargs from task_instance
     where id = $1 and state = 'running' and invocation_id = $2`,
} as const;

/** Takes the task; see StartResult. */
export async function start(db: Queryable, input: StartInput): Promise<StartResult> {
  const values = [input.taskInstanceId, input.invocationId];
  const taken = (await db.query<TaskRow>(startSql.take, values)).rows[0];
  const task = taken ?? (await db.query<TaskRow>(startSql.takenBefore, values)).rows[0];
  if (task === undefined) return refuse(409, "the task is not queued");
  return { status: 200, nextMethod: task.next_method, nextKwargs: task.next_kwargs };
}

interface TaskRow {
  readonly next_method: string | null;
  readonly next_kwargs: Json;
}
