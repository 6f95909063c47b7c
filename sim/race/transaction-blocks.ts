/**
 * Which sessions are inside a transaction block, as the tags of their statements tell.
 */
import type { Outcome } from "../engine/port.ts";

/** True for BEGIN and START TRANSACTION. */
export function isBegin(text: string): boolean {
  return BEGIN.test(text);
}

/** Adds `session` to those `inside` a block, or takes it out, after its statement `text`. */
export function noteTransaction(inside: Set<string>, session: string, text: string, outcome: Outcome): void {
  if (outcome.kind !== "done") return;
  const { command } = outcome.result;
  if (command === "BEGIN" || command === "START") inside.add(session);
  if (command === "COMMIT" || (command === "ROLLBACK" && !TO_SAVEPOINT.test(text))) inside.delete(session);
}

const BEGIN = /^\s*(begin|start\s+transaction)\b/i;

/** Has the same tag as ROLLBACK, but the transaction is still open. */
const TO_SAVEPOINT = /^\s*rollback\b.*\bto\b/i;
