/**
 * What the engine has to know of a statement before it runs it, read from its text.
 *
 * Nothing here decides what a statement does; a text that is not understood is run as it is. Then the harness asks the
 * server more than it would have to, or cannot hold back the statement's commit.
 */

/**
 * True for a statement that does the same between BEGIN and COMMIT as without them: one query or data change, or DDL that
 * has no objection to a transaction block. CALL and DO are not among them: they may commit by themselves.
 */
export function fitsIntoBlock(text: string): boolean {
  const bare = withoutComments(text);
  if (/;\s*\S/.test(bare)) return false;
  return queries.test(bare) || (definitions.test(bare) && !/\bconcurrently\b/i.test(bare));
}

/**
 * True for a query that cannot write and takes no lock but the one of a reader. `functions`: whether the schema has
 * functions of its own, of which nobody knows what they do.
 */
export function isPlainRead(text: string, functions: boolean): boolean {
  const bare = withoutComments(text);
  return reads.test(bare) && !functions && !writesOrLocks.test(bare);
}

/** True for a command that concerns its session alone, so that its commit changes nothing that others see. */
export function isSessionCommand(text: string): boolean {
  return /^\s*(set|show|reset|discard|listen|unlisten|deallocate|prepare\b(?!\s+transaction))\b/i.test(
    withoutComments(text),
  );
}

/** True for COMMIT and END, with nothing after them that would begin another transaction. */
export function isCommit(text: string): boolean {
  return /^\s*(commit|end)(\s+(work|transaction))?(\s+and\s+no\s+chain)?\s*;?\s*$/i.test(text);
}

/** True for a plain BEGIN, which cannot fail outside of a transaction, and takes neither lock nor snapshot. */
export function isPlainBegin(text: string): boolean {
  return plainBegin.test(text);
}

/** True for a text that may lock beyond the end of its transaction: session advisory locks, PREPARE TRANSACTION. */
export function locksBeyondTransaction(text: string): boolean {
  return /advisory|\bprepare\s+transaction\b/i.test(text);
}

/** True for a text that may lock a table against readers. */
export function locksOutReaders(text: string): boolean {
  return /\b(lock|alter|truncate|drop|create|reindex|cluster|refresh|vacuum|do|call)\b/i.test(text);
}

/** True for a text that may change which tables, sequences and functions there are. */
export function changesSchema(text: string): boolean {
  return definesObjects.test(withoutComments(text));
}

/** True for a text after which its session, once outside of a transaction, is as it was before. */
export function leavesNothingBehind(text: string): boolean {
  const bare = withoutComments(text);
  return (
    ordinary.test(bare) && !/\b(advisory|temp|temporary|set_config|dblink\w*|pg_\w+)|advisory/i.test(bare)
  );
}

const queries = /^[\s(]*(select|insert|update|delete|merge|with|values|table|truncate)\b/i;
const definitions =
  /^\s*(create|alter|drop)\s+(or\s+replace\s+)?(unique\s+)?(table|index|view|function|trigger)\b/i;
const reads = /^[\s(]*(select|with|values|table)\b/i;
const writesOrLocks =
  /\b(insert|update|delete|merge|share|into|nextval|setval|set_config|lo_\w+|dblink\w*|txid_current|pg_(?!catalog\b)\w+)\b/i;
const plainBegin =
  /^\s*begin(\s+(work|transaction))?(\s+isolation\s+level\s+(read\s+committed|repeatable\s+read|serializable))?\s*;?\s*$/i;
const definesObjects = /\b(create|alter|drop|import)\b|(^|;)\s*(do|call)\b|(?<!(insert|merge)\s+)\binto\b/i;
const ordinary =
  /^[\s(]*(select|insert|update|delete|merge|with|values|table|begin|start|commit|end|rollback|abort|savepoint|release)\b[^;]*;?\s*$/i;

function withoutComments(text: string): string {
  return text.includes("--") || text.includes("/*") ? text.replace(/--[^\n]*|\/\*[\s\S]*?\*\//g, " ") : text;
}
