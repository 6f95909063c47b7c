/**
 * What one statement did, in words that follow a session's name: "locked task_instance and read pool".
 */
import type { LockDescription } from "../engine/port.ts";
import type { Action, TracedOutcome } from "../trace/trace.ts";
import { summarizeStatement, type StatementSummary } from "../trace/statement-summary.ts";
import { joinWords, shorten } from "./words.ts";

const MAX_MESSAGE_LENGTH = 140;
const MAX_STATEMENT_LENGTH = 40;

/** Words for a step's action and outcome; undefined where they tell nothing (BEGIN, SET). */
export async function actionWords(action: Action, outcome: TracedOutcome): Promise<string | undefined> {
  if (action.kind === "sleep") return `slept for ${action.durationMs} ms`;
  return await statementWords(action.text, outcome);
}

/** Words for a statement's outcome; undefined where they tell nothing. */
export async function statementWords(text: string, outcome: TracedOutcome): Promise<string | undefined> {
  const summary = await summarizeStatement(text);
  switch (outcome.kind) {
    case "done":
      return doneWords(summary, outcome.command, outcome.rowCount);
    case "failed":
      return `failed to ${infinitive(summary, text)}: ${outcome.code}, ${shorten(outcome.message, MAX_MESSAGE_LENGTH)}`;
    case "waiting":
      return `had to wait for ${joinWords(outcome.wait.for)} to ${infinitive(summary, text)} (${lockWords(outcome.wait.lock)})`;
  }
}

/** The lock that is waited for: "row tuple (0,1) of task_instance, ShareLock". */
export function lockWords(lock: LockDescription): string {
  const what = lock.row === undefined ? lock.kind : `${lock.kind} ${lock.row}`;
  const where = lock.relation === undefined ? "" : ` of ${lock.relation}`;
  return `${what}${where}, ${lock.mode}`;
}

function doneWords(summary: StatementSummary, command: string, rowCount: number | null): string | undefined {
  switch (command) {
    case "BEGIN":
    case "START":
    case "SET":
      return undefined;
    case "COMMIT":
      return "committed";
    case "ROLLBACK":
      return summary.command === "commit" ? "was rolled back at its commit" : "rolled back";
    default: {
      const verbs = verbWords(summary, {
        read: "read",
        lock: "locked",
        insert: "inserted into",
        update: "updated",
        delete: "deleted from",
      });
      if (verbs === undefined) return `ran ${summary.command.toUpperCase()}`;
      return rowCount === 0 ? `${verbs} (no row)` : verbs;
    }
  }
}

function infinitive(summary: StatementSummary, text: string): string {
  const verbs = {
    read: "read",
    lock: "lock",
    insert: "insert into",
    update: "update",
    delete: "delete from",
  };
  return verbWords(summary, verbs) ?? `run "${shorten(text, MAX_STATEMENT_LENGTH)}"`;
}

type Verb = "read" | "lock" | "insert" | "update" | "delete";

/** The most telling verb first; what a writing or locking statement also reads is left out. */
function verbWords(summary: StatementSummary, verbs: Readonly<Record<Verb, string>>): string | undefined {
  const parts: string[] = [];
  const add = (verb: Verb, relations: readonly string[]): void => {
    if (relations.length > 0) parts.push(`${verbs[verb]} ${joinWords(relations)}`);
  };
  add("lock", summary.locks);
  add("insert", summary.inserts);
  add("update", summary.updates);
  add("delete", summary.deletes);
  if (parts.length === 0) add("read", summary.reads);
  return parts.length === 0 ? undefined : joinWords(parts);
}
