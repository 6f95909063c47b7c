/**
 * The states of a task instance. The column is free-form text; these are the ones that the protocol knows.
 */

/** A state of a task instance; null is a task that was not scheduled yet. */
export type TaskState =
  | null
  | "scheduled"
  | "queued"
  | "running"
  | "awaiting_input"
  | "deferred"
  | "success"
  | "failed"
  | "up_for_retry"
  | "skipped";

/** The states that a worker may report at the end of its run. */
export type FinishedState = "success" | "failed" | "up_for_retry";
