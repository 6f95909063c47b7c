/**
 * How operations answer: plain data with the status code of the HTTP call that stands in front of them.
 */

/** A call that was refused; nothing was written. */
export interface Refusal<Status extends number> {
  readonly status: Status;
  /** One clause that says why. */
  readonly reason: string;
}

/** Builds a refusal. */
export function refuse<Status extends number>(status: Status, reason: string): Refusal<Status> {
  return { status, reason };
}
