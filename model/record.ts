/**
 * R of an API server from before Airflow 3.3, which may still be up during an upgrade: it records the answer and leaves
 * the delivery to the trigger. It knows no AWAITING_INPUT, and looks at no task at all.
 *
 * Locks hitl_detail alone and nothing after it.
 */
import { whyBadChoice } from "./choice.ts";
import { jsonb } from "./json.ts";
import type { Queryable } from "./query-port.ts";
import type { HitlRequest } from "./request.ts";
import type { RespondInput } from "./respond.ts";
import { refuse, type Refusal } from "./result.ts";
import { inTransaction, type TransactionOptions } from "./transaction.ts";

/** 200: the answer is stored. 404: nothing was asked. 409: answered already, or an older form. 422, 400: as in respond. */
export type RecordResult = { readonly status: 200 } | Refusal<400 | 404 | 409 | 422>;

/** The statements of `record`. */
export const recordSql = {
  lockDetail: `
    select created_at, options, multiple, params, responded_at from hitl_detail where ti_id = $1 for update`,
  write: `
    update hitl_detail
       set responded_at = $2, responded_by = $3, chosen_options = $4, params_input = $5
     where ti_id = $1`,
} as const;

/** Records the answer; see RecordResult. */
export async function record(
  db: Queryable,
  input: RespondInput,
  options?: TransactionOptions,
): Promise<RecordResult> {
  const { taskInstanceId: id, createdAt, user, chosenOptions, paramsInput, now } = input;
  if (chosenOptions.length === 0) return refuse(422, "no option chosen");
  return inTransaction(
    db,
    async (): Promise<RecordResult> => {
      const detail = (await db.query<DetailRow>(recordSql.lockDetail, [id])).rows[0];
      if (detail === undefined) return refuse(404, "the task never asked");
      if (detail.responded_at !== null) return refuse(409, "answered already");
      if (detail.created_at.getTime() !== createdAt.getTime()) return refuse(409, "an older form");
      const bad = whyBadChoice(detail, input);
      if (bad !== undefined) return refuse(400, bad);
      await db.query(recordSql.write, [id, now, jsonb(user), jsonb(chosenOptions), jsonb(paramsInput)]);
      return { status: 200 };
    },
    options,
  );
}

interface DetailRow extends Pick<HitlRequest, "options" | "multiple" | "params"> {
  readonly created_at: Date;
  readonly responded_at: Date | null;
}
