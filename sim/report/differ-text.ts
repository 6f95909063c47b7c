/**
 * A differential search in words: the counts, and each divergence as a table of steps with what each engine did.
 */
import type { Divergence } from "../differ/differ.ts";
import { vacuousBecause } from "../differ/differ-tally.ts";
import type { OutcomeRecord, StepRecord } from "../differ/step-record.ts";
import { COMMAND } from "./command-line.ts";
import type { DifferOutcome } from "./differ-json.ts";
import type { Paint } from "./paint.ts";
import { plainTable } from "./plain-table.ts";

/** The whole report. */
export function differText(report: DifferOutcome, paint: Paint): string {
  const blocks = report.divergences.map((divergence) => divergenceText(divergence, paint));
  const seconds = Math.max(report.elapsedMs / 1000, 0.001);
  const counts: readonly (readonly [string, string | number])[] = [
    ["cases", report.cases],
    ["statements", report.statements],
    ["statements that waited", report.waits],
    ["cases that waited", report.waited],
    ["cases with a deadlock", report.deadlocked],
    ["cases with a timeout", report.timedOut],
    ["cases refused in process", report.refused],
    ["cases that may go either way", report.eitherWay],
    ["divergences", report.divergences.length],
    ["cases per second", (report.cases / seconds).toFixed(1)],
    ["seed", report.seed ?? ""],
  ];
  const rows = counts.map(([name, count]) => [name, String(count)]);
  const errors = Object.entries(report.errors)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, times]) => [code, String(times)]);
  blocks.push(plainTable([{ head: "" }, { head: "", align: "right" }], rows));
  if (errors.length > 0) {
    blocks.push(plainTable([{ head: "SQLSTATE" }, { head: "times", align: "right" }], errors));
  }
  const vacuous = report.divergences.length === 0 ? vacuousBecause(report) : [];
  if (vacuous.length > 0) blocks.push(`${paint("bad", "Vacuous:")} ${vacuous.join(" ")} Raise --cases.`);
  return blocks.join("\n\n");
}

/** One case: its steps on the server, and where the in-process engine left it. */
export function divergenceText({ token, comparison }: Divergence, paint: Paint): string {
  const { run, difference, eitherWay } = comparison;
  const steps = run.steps.slice(0, difference?.step);
  const table = plainTable(
    [{ head: "step", align: "right" }, { head: "session" }, { head: "statement" }, { head: "on the server" }],
    steps.map((step, i) => [String(i + 1), step.session, step.text, stepWords(step)]),
  );
  if (difference === undefined) {
    const open = eitherWay ? " The server did it in one way and in the other." : "";
    return `${table}\n\n${paint("good", "The engines agree.")}${open}`;
  }
  const where = difference.step > run.steps.length ? "in the final tables" : `at step ${difference.step}`;
  return `${paint("bad", `The engines differ ${where}.`)}

${table}

in process     ${JSON.stringify(difference.pglite)}
on the server  ${JSON.stringify(difference.postgres)}

Run it again:
  ${COMMAND} differ ${token}`;
}

function stepWords({ outcome, settled }: StepRecord): string {
  const others = settled.map((end) => `${end.session}: ${outcomeWords(end.outcome)}`);
  return [outcomeWords(outcome), ...others].join("; ");
}

function outcomeWords(outcome: OutcomeRecord): string {
  switch (outcome.kind) {
    case "done":
      return outcome.rows.length > 0
        ? JSON.stringify(outcome.rows)
        : `${outcome.command} ${outcome.rowCount ?? ""}`.trim();
    case "failed":
      return outcome.code;
    case "waiting":
      return `waits for ${outcome.for.join(" and ")} (${outcome.lock})`;
  }
}
