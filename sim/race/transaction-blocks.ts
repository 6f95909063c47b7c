/**
 * Which sessions are inside a transaction block, as the tags of their statements tell.
 */
import type { Outcome } from "../engine/port.ts";
import { isRollbackToSavepoint } from "../sql/transaction-control.ts";

/** Adds `session` to those `inside` a block, or takes it out, after its statement `text`. */
export function noteTransaction(inside: Set<string>, session: string, text: string, outcome: Outcome): void {
  if (outcome.kind !== "done") return;
  const { command } = outcome.result;
  if (command === "BEGIN" || command === "START") inside.add(session);
  const ends = command === "COMMIT" || command === "ROLLBACK";
  if (ends && !isRollbackToSavepoint(text)) inside.delete(session);
}
