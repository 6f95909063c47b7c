/**
 * The event that a resume leaves in next_kwargs for execute_complete.
 */
import type { JsonObject } from "./json.ts";
import type { User } from "./request.ts";

/** An answer, by a human or by the defaults. */
export type AnswerEvent = {
  readonly chosen_options: readonly string[];
  readonly params_input: JsonObject;
  /** ISO 8601, UTC. */
  readonly responded_at: string;
  /** null where the defaults answered. */
  readonly responded_by_user: User | null;
  /** True where the deadline passed and the defaults answered. */
  readonly timedout: boolean;
};

/** The end of the wait without an answer. */
export type ErrorEvent = {
  readonly error: string;
  /** "timeout": nobody answered in time; "trigger": what waited on the task's behalf failed. */
  readonly error_type: "timeout" | "trigger";
};

/** What execute_complete receives. */
export type ResumeEvent = AnswerEvent | ErrorEvent;

/** An answer as hitl_detail stores it. */
export interface StoredAnswer {
  readonly chosen_options: readonly string[];
  readonly params_input: JsonObject;
  readonly responded_at: Date;
  readonly responded_by: User | null;
}

/** The response columns of hitl_detail, whether or not there is an answer. */
export type AnswerColumns =
  StoredAnswer | (Omit<StoredAnswer, "responded_at"> & { readonly responded_at: null });

/** Whether the request has its answer. */
export function isAnswered<Columns extends AnswerColumns>(
  columns: Columns,
): columns is Columns & StoredAnswer {
  return columns.responded_at !== null;
}

/** The event of a stored answer; nobody's name on it means that the defaults gave it. */
export function answerEvent(answer: StoredAnswer): AnswerEvent {
  return {
    chosen_options: answer.chosen_options,
    params_input: answer.params_input,
    responded_at: answer.responded_at.toISOString(),
    responded_by_user: answer.responded_by,
    timedout: answer.responded_by === null,
  };
}

/** The event of a deadline that passed with neither answer nor defaults. */
export function timeoutEvent(): ErrorEvent {
  return { error: "no response before the deadline", error_type: "timeout" };
}
