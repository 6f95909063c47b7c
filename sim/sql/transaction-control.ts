/**
 * Statements that begin a transaction block, or seem to end one, by their text.
 */

/** True for BEGIN and START TRANSACTION. */
export function isBegin(text: string): boolean {
  return BEGIN.test(text);
}

/** True for ROLLBACK TO a savepoint, which has the command tag of ROLLBACK, but leaves the transaction open. */
export function isRollbackToSavepoint(text: string): boolean {
  return ROLLBACK_TO.test(text);
}

const BEGIN = /^\s*(begin|start\s+transaction)\b/i;
const ROLLBACK_TO = /^\s*rollback\b.*\bto\b/i;
