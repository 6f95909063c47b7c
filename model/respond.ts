/**
 * R respond: a human answers; one transaction writes the answer and resumes the task.
 *
 * Locks task_instance, then hitl_detail. Every decision is taken on rows that are locked, so a second answer, a form
 * that was replaced and a task that moved on are seen as they are. A refusal writes nothing.
 */
import { whyBadChoice } from "./choice.ts";
import { answerEvent } from "./event.ts";
import { jsonb } from "./json.ts";
import type { Queryable } from "./query-port.ts";
import type { Answer, HitlRequest, User } from "./request.ts";
import { refuse, type Refusal } from "./result.ts";
import { resume } from "./resume.ts";
import { inTransaction, type TransactionOptions } from "./transaction.ts";

/** An answer to the form that was shown. */
export interface RespondInput extends Answer {
  readonly taskInstanceId: string;
  /** created_at of the request that the form showed. */
  readonly createdAt: Date;
  readonly user: User;
  readonly now: Date;
}

/**
 * 200: the answer is stored and `state` is the task's state now. 404: no such task instance, or it never asked. 409:
 * answered already, the form is of an older request, or the task is in no state to be answered. 403: not an assignee.
 * 422: no option chosen. 400: the answer does not fit the request.
 */
export type RespondResult =
  | { readonly status: 200; readonly state: "running" | "scheduled" | "deferred" }
  | Refusal<400 | 403 | 404 | 409 | 422>;

/** The statements of `respond`; a waiting task adds `resumeSql`. */
export const respondSql = {
  lockTask: `select state, invocation_id from task_instance where id = $1 for update`,
  lockDetail: `
    select invocation_id, created_at, options, multiple, params, assignees, responded_at
      from hitl_detail where ti_id = $1 for update`,
  write: `
    update hitl_detail
       set responded_at = $2,
           responded_by = $3,
           chosen_options = $4,
           params_input = $5
     where ti_id = $1`,
} as const;

/** Answers the request; see RespondResult. */
export async function respond(
  db: Queryable,
  input: RespondInput,
  options?: TransactionOptions,
): Promise<RespondResult> {
  const { taskInstanceId: id, createdAt, user, chosenOptions, paramsInput, now } = input;
  if (chosenOptions.length === 0) return refuse(422, "no option chosen");

  return inTransaction(
    db,
    async (): Promise<RespondResult> => {
      const task = (await db.query<TaskRow>(respondSql.lockTask, [id])).rows[0];
      if (task === undefined) return refuse(404, "no such task instance");
      const detail = (await db.query<DetailRow>(respondSql.lockDetail, [id])).rows[0];
      if (detail === undefined) return refuse(404, "the task never asked");
      if (detail.responded_at !== null) return refuse(409, "answered already");
      if (detail.created_at.getTime() !== createdAt.getTime()) return refuse(409, "an older form");
      if (detail.invocation_id !== task.invocation_id) return refuse(409, "the asking run is over");
      if (!mayAnswer(detail.assignees, user)) return refuse(403, `${user.name} is not an assignee`);
      const bad = whyBadChoice(detail, input);
      if (bad !== undefined) return refuse(400, bad);
      if (!isAnswerable(task)) return refuse(409, `the task is ${task.state}`);

      await db.query(respondSql.write, [id, now, jsonb(user), jsonb(chosenOptions), jsonb(paramsInput)]);
      if (task.state !== "awaiting_input") return { status: 200, state: task.state };
      const stored = { chosen_options: chosenOptions, params_input: paramsInput, responded_at: now };
      await resume(db, id, answerEvent({ ...stored, responded_by: user }), now);
      return { status: 200, state: "scheduled" };
    },
    options,
  );
}

interface TaskRow {
  readonly state: string | null;
  readonly invocation_id: string | null;
}

interface AnswerableTask extends TaskRow {
  readonly state: "running" | "awaiting_input" | "deferred";
}

interface DetailRow extends Pick<HitlRequest, "options" | "multiple" | "params" | "assignees"> {
  readonly invocation_id: string;
  readonly created_at: Date;
  readonly responded_at: Date | null;
}

function mayAnswer(assignees: readonly User[], user: User): boolean {
  return assignees.length === 0 || assignees.some((assignee) => assignee.id === user.id);
}

function isAnswerable(task: TaskRow): task is AnswerableTask {
  return task.state === "running" || task.state === "awaiting_input" || task.state === "deferred";
}
