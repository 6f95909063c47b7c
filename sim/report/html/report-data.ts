/**
 * What a report page is made of: everything about one run as plain data, small enough to stand in the page.
 */
import { RUN_START_MS } from "../../race/run.ts";
import { loadGrammar } from "../../sql/grammar.ts";
import { statementSummary } from "../../sql/statement-summary.ts";
import type { Json, RunResult, TracedOutcome, TraceStep, Violation } from "../../trace/trace.ts";
import { runStates, type LockNow, type RunState } from "../run-states.ts";
import { outcomeText } from "../step-text.ts";
import { lockWords, shortAction } from "../step-words.ts";
import { tellLinkedStory, type StorySentence } from "../story.ts";
import { shorten } from "../words.ts";
import type { Looks } from "../views/look-recorder.ts";
import type { RecordedRun } from "../views/record-run.ts";

/** One step, in words and for filters. */
export interface ReportStep {
  readonly step: number;
  /** Virtual milliseconds since the run's start. */
  readonly timeMs: number;
  readonly session: string;
  readonly operation: string;
  /** What it does, in few words. */
  readonly title: string;
  /** The whole statement, without the indentation of its source; empty for a sleep. */
  readonly sql: string;
  /** JSON of its values; empty without values. */
  readonly values: string;
  readonly outcome: TracedOutcome["kind"];
  readonly outcomeText: string;
  /** JSON of the rows, one a line; empty without rows. */
  readonly rows: string;
  readonly woken: readonly {
    readonly session: string;
    readonly by: string;
    readonly text: string;
    readonly kind: string;
  }[];
  readonly victims: readonly string[];
  readonly commits: readonly string[];
  readonly enabled: readonly string[];
  readonly preemption: boolean;
  /** Names of the promises that broke here. */
  readonly broke: readonly string[];
  /** Relations that the statement or its wait names. */
  readonly relations: readonly string[];
}

/** Who waits for whom, and for what lock. */
export interface ReportWait {
  readonly session: string;
  readonly for: readonly string[];
  readonly lock: string;
}

/** How things stand after a step. */
export interface ReportState {
  readonly waits: readonly ReportWait[];
  readonly locks: readonly {
    readonly session: string;
    readonly what: string;
    readonly how: LockNow["how"];
  }[];
  /** Edges of a deadlock that was closed and broken in this step. */
  readonly cycle: readonly ReportWait[];
}

/** The data of a page; plain JSON. */
export interface ReportData {
  readonly race: string;
  readonly mutant: number | null;
  readonly seed: number;
  readonly token: string;
  readonly traceHash: string;
  /** Virtual time of the start, milliseconds since 1970. */
  readonly startMs: number;
  readonly data: Json;
  readonly violations: readonly Violation[];
  readonly story: readonly StorySentence[];
  /** Sessions that made a step. */
  readonly sessions: readonly string[];
  readonly steps: readonly ReportStep[];
  /** Before the first step and after every step. */
  readonly states: readonly ReportState[];
  /** Null where nobody knows what the sessions saw. */
  readonly looks: Looks | null;
}

/** Rows of a result that are kept. */
const MAX_ROWS = 20;

/** Collects the data of a page about `recorded`, which `token` replays. */
export async function reportData({ run, looks }: RecordedRun, token: string): Promise<ReportData> {
  await loadGrammar();
  const states = await runStates(run);
  const { race, mutant = null, seed, traceHash, data, violations } = run;
  return {
    race,
    mutant,
    seed,
    token,
    traceHash,
    startMs: RUN_START_MS,
    data,
    violations,
    story: await tellLinkedStory(run),
    sessions: sessionsOf(run, looks),
    steps: await Promise.all(run.steps.map((step) => reportStep(step, run))),
    states: states.map(reportState),
    looks: looks ?? null,
  };
}

/** In the race's order where that is known, else in the order of their first steps. */
function sessionsOf({ steps }: RunResult, looks: Looks | undefined): readonly string[] {
  const acting = new Set(
    steps.flatMap(({ session, settled }) => [session, ...settled.map((one) => one.session)]),
  );
  const known = Object.keys(looks?.looks[0]?.sessions ?? {}).filter((session) => acting.has(session));
  return [...new Set([...known, ...acting])];
}

async function reportStep(step: TraceStep, run: RunResult): Promise<ReportStep> {
  const { action, outcome, session } = step;
  const values = action.kind === "statement" ? action.values : [];
  return {
    step: step.step,
    timeMs: step.timeMs,
    session,
    operation: step.operation ?? "",
    title: await shortAction(action),
    sql: action.kind === "sleep" ? "" : dedented(action.text),
    values: Array.isArray(values) && values.length > 0 ? JSON.stringify(values) : "",
    outcome: outcome.kind,
    outcomeText:
      outcome.kind === "failed" ? `${outcome.code} ${shorten(outcome.message, 300)}` : outcomeText(outcome),
    rows: rowsText(outcome),
    woken: step.settled.map(({ session: woken, wokenBy, outcome }) => ({
      session: woken,
      by: wokenBy,
      text: outcomeText(outcome),
      kind: outcome.kind,
    })),
    victims: step.deadlocks.map(({ victim }) => victim),
    commits: step.commits,
    enabled: step.enabled,
    preemption: step.preemption,
    broke: run.violations
      .filter((violation) => violation.step === step.step)
      .map(({ invariant }) => invariant),
    relations: relationsOf(step),
  };
}

/** Without blank ends, and without the indentation that all lines but the first share. */
function dedented(text: string): string {
  const [first = "", ...others] = text
    .replace(/^\s*\n/, "")
    .trimEnd()
    .split("\n");
  const lines = /^\s/.test(first) || others.length === 0 ? [first, ...others] : others;
  const indents = lines
    .filter((line) => line.trim() !== "")
    .map((line) => line.length - line.trimStart().length);
  const common = Math.min(...indents);
  return lines === others
    ? [first, ...others.map((line) => line.slice(common))].join("\n")
    : lines.map((line) => line.slice(common)).join("\n");
}

function rowsText(outcome: TracedOutcome): string {
  if (outcome.kind !== "done" || !Array.isArray(outcome.rows)) return "";
  const rows: readonly Json[] = outcome.rows;
  const lines = rows.slice(0, MAX_ROWS).map((row) => JSON.stringify(row));
  if (rows.length > MAX_ROWS) lines.push(`… and ${rows.length - MAX_ROWS} more`);
  return lines.join("\n");
}

function relationsOf({ action, outcome }: TraceStep): readonly string[] {
  if (action.kind === "sleep") return [];
  const { reads, locks, inserts, updates, deletes } = statementSummary(action.text);
  const waited = outcome.kind === "waiting" ? (outcome.wait.lock.relation ?? []) : [];
  return [...new Set([...reads, ...locks, ...inserts, ...updates, ...deletes].concat(waited))];
}

function reportState({ waits, locks, cycle }: RunState): ReportState {
  return {
    waits: waits.map((wait) => ({ session: wait.session, for: wait.for, lock: lockWords(wait.lock) })),
    locks: locks.map((lock) => ({ session: lock.session, what: lockText(lock), how: lock.how })),
    cycle: cycle.map((edge) => ({ session: edge.session, for: [edge.waitsFor], lock: lockWords(edge.lock) })),
  };
}

function lockText({ relation, row }: LockNow): string {
  return row === undefined ? relation : `${relation} ${row}`;
}
