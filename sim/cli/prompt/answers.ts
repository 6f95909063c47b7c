/**
 * What the prompt of a held race answers.
 */
import { DatabaseError } from "../../engine/database-error.ts";
import type { Engine, NotLooked, Statement, StatementResult } from "../../engine/port.ts";
import type { HeldRun } from "../../race/held-run.ts";
import { plainTable } from "../../report/plain-table.ts";
import { outcomeText } from "../../report/step-text.ts";
import { lockWords, shortAction } from "../../report/step-words.ts";
import { tableReader } from "../../report/views/user-tables.ts";
import { count, joinWords, shorten } from "../../report/words.ts";
import { summarizeStatement } from "../../sql/statement-summary.ts";
import { SwitchyardError } from "../../switchyard-error.ts";
import { canonicalJson } from "../../trace/canonical-json.ts";
import type { TracedOutcome, TraceStep } from "../../trace/trace.ts";

const MAX_STATEMENT = 80;
const READS = new Set(["select", "with", "values", "table", "show", "explain"]);

const NOT_LOOKED: Readonly<Record<NotLooked, string>> = {
  committed: "has no snapshot of its own: it will see what is committed then",
  waiting: "waits, and cannot be asked",
  failed: "is in a failed transaction: it sees nothing until it rolls back",
  unknown: "cannot be asked without changing the run",
};

const LOCKS = `
  select pid, locktype, coalesce(relation::regclass::text, transactionid::text, '') as on, mode, granted
  from pg_locks where pid = any ($1) and locktype <> 'virtualxid' order by pid, locktype, 3, mode`;

/** One line about a step. */
export async function stepLine(step: TraceStep): Promise<string> {
  const settled = step.settled.map(
    ({ session, wokenBy, outcome }) => `${session} let go on by ${wokenBy}: ${outcomeText(outcome)}`,
  );
  const deadlocks = step.deadlocks.map(({ victim }) => `deadlock, victim ${victim}`);
  const commits = step.commits.length === 0 ? [] : [`commit of ${joinWords(step.commits)}`];
  const did = `${await shortAction(step.action)}: ${outcomeText(step.outcome)}`;
  return [`step ${step.step}  ${step.session}  ${did}`, ...deadlocks, ...settled, ...commits].join("; ");
}

/** Every session and what it is about to do. */
export function sessionsText(run: HeldRun): string {
  const rows = run.sessions.map(({ name, state, pending }) => [
    name,
    state,
    shorten(pending ?? "", MAX_STATEMENT),
  ]);
  return plainTable([{ head: "session" }, { head: "state" }, { head: "next" }], rows);
}

/** Who waits for whom, as the steps tell. */
export function waitsText({ steps, sessions }: HeldRun): string {
  const waiting = sessions.filter(({ state }) => state === "waiting").map(({ name }) => name);
  const lines = waiting.map((name) => {
    const outcomes = steps.flatMap((step): TracedOutcome[] => [
      ...(step.session === name ? [step.outcome] : []),
      ...step.settled.flatMap(({ session, outcome }) => (session === name ? [outcome] : [])),
    ]);
    const last = outcomes.findLast(({ kind }) => kind === "waiting");
    if (last?.kind !== "waiting") return `${name} waits`;
    return `${name} waits for ${joinWords(last.wait.for)} (${lockWords(last.wait.lock)})`;
  });
  return lines.length === 0 ? "Nobody waits." : lines.join("\n");
}

/** What pg_locks has of the race's sessions. */
export async function locksText(engine: Engine, { sessions }: HeldRun): Promise<string> {
  const pids = new Map(sessions.map(({ name }) => [engine.backendPid?.(name), name]));
  const { rows } = await engine.observe({ text: LOCKS, values: [[...pids.keys()]] });
  const found = (rows as readonly Readonly<Record<string, unknown>>[]).map((row) => [
    pids.get(Number(row["pid"])) ?? "",
    String(row["locktype"]),
    String(row["on"]),
    String(row["mode"]),
    row["granted"] === true ? "" : "waits",
  ]);
  if (found.length === 0) return "No locks.";
  return plainTable(
    [{ head: "session" }, { head: "kind" }, { head: "on" }, { head: "mode" }, { head: "" }],
    found,
  );
}

/** All rows as committed, or as a session sees them. */
export async function tablesText(engine: Engine, session: string | undefined): Promise<string> {
  const { tables, text } = await tableReader(engine);
  const statement = { text, rowMode: "array" } as const;
  const read =
    session === undefined ? await engine.observe(statement) : await lookAs(engine, session, statement);
  if (typeof read === "string") return read;
  const rows = read.rows as readonly (readonly [number, string])[];
  const blocks = tables.map(({ name, columns }, place) => {
    const own = rows.filter(([of]) => of === place).map(([, json]) => JSON.parse(json) as (string | null)[]);
    if (own.length === 0) return `${name}: no rows`;
    const cells = own.map((row) => row.map((value) => value ?? "null"));
    return `${name}\n${plainTable(
      columns.map((head) => ({ head })),
      cells,
    )}`;
  });
  return blocks.join("\n\n");
}

/** What a session sees, or why it was not asked. */
export async function lookText(engine: Engine, session: string, sql: string): Promise<string> {
  const seen = await lookAs(engine, session, { text: sql });
  return typeof seen === "string" ? seen : resultText(seen);
}

/** Why a statement is not one that only reads; undefined if it is. Functions that it calls are not looked into. */
export async function notARead(sql: string): Promise<string | undefined> {
  const { inserts, updates, deletes, locks, command } = await summarizeStatement(sql);
  const changes = [inserts, updates, deletes, locks].some((relations) => relations.length > 0);
  if (!changes && READS.has(command)) return undefined;
  return "Only queries that lock nothing can be looked with; use as SESSION SQL for others.";
}

/** A result as a table. */
export function resultText({
  rows,
  command,
  rowCount,
}: Pick<StatementResult, "rows" | "command" | "rowCount">): string {
  const objects = rows as readonly Readonly<Record<string, unknown>>[];
  const tag = rowCount === null ? command : `${command}, ${count(rowCount, "row")}`;
  const [first] = objects;
  if (first === undefined) return tag;
  const heads = Object.keys(first);
  const cells = objects.map((row) => heads.map((head) => valueText(row[head])));
  return `${plainTable(
    heads.map((head) => ({ head })),
    cells,
  )}\n${tag}`;
}

/** What came of a step's own statement. */
export function outcomeAnswer(outcome: TracedOutcome): string {
  if (outcome.kind !== "done") return outcomeText(outcome);
  return resultText({ ...outcome, rows: Array.isArray(outcome.rows) ? outcome.rows : [] });
}

/** An error of what a person typed; others are thrown on. */
export function errorAnswer(error: unknown): string {
  if (error instanceof DatabaseError) return `${error.code} ${error.message}`;
  if (error instanceof SwitchyardError && error.code !== "harness") return `${error.message} ${error.remedy}`;
  throw error;
}

async function lookAs(
  engine: Engine,
  session: string,
  statement: Statement,
): Promise<StatementResult | string> {
  const seen = (await engine.lookAs?.(session, statement)) ?? "unknown";
  return typeof seen === "string" ? `${session} ${NOT_LOOKED[seen]}.` : seen;
}

function valueText(value: unknown): string {
  if (value === null || value === undefined) return "null";
  return typeof value === "string" ? value : canonicalJson(value);
}
