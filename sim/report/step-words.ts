/**
 * What one statement did, in words that follow a session's name: "locked task_instance and read pool".
 */
import type { LockDescription } from "../engine/port.ts";
import { summarizeStatement, type StatementSummary } from "../sql/statement-summary.ts";
import type { Action, Json, TracedOutcome } from "../trace/trace.ts";
import { namedRows } from "./named-rows.ts";
import { joinWords, shorten } from "./words.ts";

const MAX_MESSAGE_LENGTH = 140;
const MAX_STATEMENT_LENGTH = 40;
/** Rows that are named one by one. */
const MAX_ROWS = 3;

/** Words for a step's action and outcome; undefined where they tell nothing (BEGIN, SET). */
export async function actionWords(action: Action, outcome: TracedOutcome): Promise<string | undefined> {
  if (action.kind === "sleep") return `slept for ${action.durationMs} ms`;
  if (action.kind === "connection") return connectionWords(action.text, outcome);
  return await statementWords(action.text, outcome, action.kind === "statement" ? action.values : undefined);
}

/** An action in few words: "lock task_instance id=7"; a statement that does nothing to relations as it is, cut. */
export async function shortAction(action: Action): Promise<string> {
  if (action.kind === "sleep")
    return action.durationMs === 0 ? "(goes on)" : `(sleeps ${action.durationMs} ms)`;
  if (action.kind === "connection") return `(${action.text}s)`;
  const values = action.kind === "statement" ? action.values : undefined;
  const words = infinitive(withRows(await summarizeStatement(action.text), action.text, values), undefined);
  const text = words ?? shorten(action.text, MAX_STATEMENT_LENGTH);
  return action.kind === "timeout" ? `(times out) ${text}` : text;
}

/** Words for a statement's outcome; undefined where they tell nothing. `values` tell which rows it names. */
export async function statementWords(
  text: string,
  outcome: TracedOutcome,
  values?: Json,
): Promise<string | undefined> {
  const summary = withRows(await summarizeStatement(text), text, values);
  switch (outcome.kind) {
    case "done":
      return doneWords(summary, outcome.command, outcome.rowCount);
    case "failed":
      return `failed to ${infinitive(summary, text)}: ${outcome.code}, ${shorten(outcome.message, MAX_MESSAGE_LENGTH)}`;
    case "waiting":
      return `had to wait for ${joinWords(outcome.wait.for)} to ${infinitive(summary, text)} (${lockWords(outcome.wait.lock)})`;
  }
}

/** Asking a pool for a connection is told where there is none to be had. */
function connectionWords(text: string, outcome: TracedOutcome): string | undefined {
  if (outcome.kind === "waiting")
    return `had to wait for a connection, which ${joinWords(outcome.wait.for)} had`;
  return text === "disconnect" ? "closed its connection" : undefined;
}

/** Names the rows behind the one relation of a statement, where it has only one and tells its rows by equality. */
function withRows(summary: StatementSummary, text: string, values: Json | undefined): StatementSummary {
  const { reads, locks, inserts, updates, deletes } = summary;
  const target = [locks, updates, deletes, inserts, reads].find((relations) => relations.length > 0);
  const keys = inserts.length === 0 ? namedRows(text, values) : [];
  if (target?.length !== 1 || keys.length === 0 || keys.length > MAX_ROWS) return summary;
  const named = (relations: readonly string[]): readonly string[] =>
    relations === target ? relations.map((name) => `${name} ${joinWords(keys)}`) : relations;
  return {
    ...summary,
    reads: named(reads),
    locks: named(locks),
    updates: named(updates),
    deletes: named(deletes),
  };
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
    case "CONNECT":
      return "got its connection";
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

function infinitive(summary: StatementSummary, text: string): string;
function infinitive(summary: StatementSummary, text: undefined): string | undefined;
function infinitive(summary: StatementSummary, text: string | undefined): string | undefined {
  const verbs = {
    read: "read",
    lock: "lock",
    insert: "insert into",
    update: "update",
    delete: "delete from",
  };
  const words = verbWords(summary, verbs);
  return words ?? (text === undefined ? undefined : `run "${shorten(text, MAX_STATEMENT_LENGTH)}"`);
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
