/**
 * The answer that a request's defaults give once the deadline has passed: sweep and poll write the same one.
 *
 * Takes no lock of its own: whoever writes the defaults holds the lock under which it found no answer.
 */
import type { AnswerColumns, StoredAnswer } from "./event.ts";
import { jsonb, type JsonObject } from "./json.ts";
import type { Queryable } from "./query-port.ts";
import { initialValues } from "./request.ts";

/** The columns of hitl_detail that decide what the deadline brings: the defaults, or the answer that came first. */
export type DetailAtDeadline = AnswerColumns & {
  readonly defaults: readonly string[] | null;
  readonly params: JsonObject;
};

/** Writes the defaults as the answer: $1 task instance, $2 time, $3 chosen options and $4 params as json. */
export const writeDefaultsSql = `
    update hitl_detail
       set responded_at = $2,
           responded_by = null,
           chosen_options = $3,
           params_input = $4
     where ti_id = $1`;

/** Stores the defaults as the answer of the task instance `id`, in nobody's name, and returns that answer. */
export async function writeDefaults(
  db: Queryable,
  id: string,
  { defaults, params }: { readonly defaults: readonly string[]; readonly params: JsonObject },
  now: Date,
): Promise<StoredAnswer> {
  const answer: StoredAnswer = {
    chosen_options: defaults,
    params_input: initialValues(params),
    responded_at: now,
    responded_by: null,
  };
  await db.query(writeDefaultsSql, [id, now, jsonb(answer.chosen_options), jsonb(answer.params_input)]);
  return answer;
}
