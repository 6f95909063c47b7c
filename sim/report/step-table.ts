/**
 * The table of a run's steps: who did what when, what came of it, who waited for whom and who was woken.
 */
import type { RunResult, TracedOutcome, TraceStep } from "../trace/trace.ts";
import { plainPaint, type Paint } from "./paint.ts";
import { plainTable } from "./plain-table.ts";
import { actionText, outcomeText } from "./step-text.ts";
import { joinWords } from "./words.ts";

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

function paintOutcome(outcome: TracedOutcome, paint: Paint): string {
  const text = outcomeText(outcome);
  return outcome.kind === "done" ? text : paint(outcome.kind === "failed" ? "bad" : "strong", text);
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
