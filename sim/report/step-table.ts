/**
 * The table of a run's steps: who did what when, what came of it, who waited for whom and who was woken.
 */
import type { Action, RunResult, TracedOutcome, TraceStep } from "../trace/trace.ts";
import { lockWords } from "./step-words.ts";
import { plainPaint, type Paint } from "./paint.ts";
import { plainTable } from "./plain-table.ts";
import { count, joinWords, shorten } from "./words.ts";

const MAX_STATEMENT_LENGTH = 60;
const MAX_ERROR_LENGTH = 60;

/** One row a step; "*" behind the session marks a preemption. The steps where a promise broke say which. */
export function stepTable(run: RunResult, paint: Paint = plainPaint): string {
  const columns = [
    { head: "step", align: "right" as const },
    { head: "ms", align: "right" as const },
    { head: "session" },
    { head: "in" },
    { head: "statement" },
    { head: "outcome" },
    { head: "then" },
  ];
  return plainTable(
    columns,
    run.steps.map((step) => stepRow(step, run, paint)),
  );
}

function stepRow(step: TraceStep, run: RunResult, paint: Paint): readonly string[] {
  const broken = run.violations.filter((violation) => violation.step === step.step);
  const marks = broken.map(({ invariant }) => paint("bad", `${invariant} broke`));
  return [
    String(step.step),
    String(step.timeMs),
    step.preemption ? `${step.session} *` : step.session,
    step.operation ?? "",
    actionText(step.action),
    paintOutcome(step.outcome, paint),
    [...consequences(step), ...marks].join("; "),
  ];
}

function actionText(action: Action): string {
  switch (action.kind) {
    case "statement":
      return shorten(action.text, MAX_STATEMENT_LENGTH);
    case "sleep":
      return `(sleeps ${action.durationMs} ms)`;
    case "timeout":
      return `(times out) ${shorten(action.text, MAX_STATEMENT_LENGTH)}`;
  }
}

function paintOutcome(outcome: TracedOutcome, paint: Paint): string {
  const text = outcomeText(outcome);
  return outcome.kind === "done" ? text : paint(outcome.kind === "failed" ? "bad" : "strong", text);
}

function outcomeText(outcome: TracedOutcome): string {
  switch (outcome.kind) {
    case "done":
      return outcome.rowCount === null ? outcome.command : count(outcome.rowCount, "row");
    case "failed":
      return `${outcome.code} ${shorten(outcome.message, MAX_ERROR_LENGTH)}`;
    case "waiting":
      return `waits for ${joinWords(outcome.wait.for)} (${lockWords(outcome.wait.lock)})`;
  }
}

function consequences(step: TraceStep): readonly string[] {
  return [
    ...step.deadlocks.map(({ victim }) => `deadlock, victim ${victim}`),
    ...step.settled.map(
      ({ session, wokenBy, outcome }) => `${session} woken by ${wokenBy}: ${outcomeText(outcome)}`,
    ),
    ...(step.commits.length === 0 ? [] : [`commit of ${joinWords(step.commits)}`]),
  ];
}
