/**
 * What `explore --strategy exhaustive` prints, for a person and as JSON.
 */
import type { ConfigurationReport, ExhaustiveReport } from "../search/exhaustive/explore-exhaustively.ts";
import type { FoundExhaustively } from "../search/exhaustive/exhaustive-tally.ts";
import { counterexampleText } from "./counterexample.ts";
import type { Paint } from "./paint.ts";
import { plainTable } from "./plain-table.ts";
import { tellStory } from "./story.ts";
import { count } from "./words.ts";

/** The report as one JSON object: violations with their story in place of the run. */
export interface ExhaustiveJson extends Omit<ExhaustiveReport, "violations"> {
  readonly violations: readonly (Omit<FoundExhaustively, "run"> & { readonly story: readonly string[] })[];
}

/** `report` with the stories told. */
export async function exhaustiveJson(report: ExhaustiveReport): Promise<ExhaustiveJson> {
  const violations: ExhaustiveJson["violations"][number][] = [];
  for (const { run, ...violation } of report.violations)
    violations.push({ ...violation, story: await tellStory(run) });
  return { ...report, violations };
}

/** Counterexamples, how far each configuration was explored, and a table. */
export async function exhaustiveText(report: ExhaustiveReport, paint: Paint): Promise<string> {
  const blocks: string[] = [];
  const told = new Set<string>();
  for (const { token, run } of report.violations) {
    if (!told.has(token)) blocks.push(await counterexampleText(run, token, paint));
    told.add(token);
  }
  blocks.push(report.configurations.map((one) => `${one.configuration}: ${extent(one, report)}`).join("\n"));
  const rows: (readonly string[])[] = [
    ["race", report.race],
    ...(report.mutant === undefined ? [] : [["mutant", String(report.mutant)]]),
    ["strategy", `exhaustive${budget(report)}`],
    ["schedules", String(report.schedules)],
    ["classes", String(report.classes)],
    ["interleavings", report.interleavings],
    ["exhausted", paint(report.exhausted ? "good" : "bad", report.exhausted ? "yes" : "no")],
    ["steps", String(report.steps)],
    ["waits", String(report.waits)],
    ["deadlocks", String(report.deadlocks)],
    ["violations", violationsText(report, paint)],
    ["schedules per second", report.schedulesPerSecond.toFixed(0)],
    ["seed", String(report.seed)],
  ];
  return [...blocks, plainTable([{ head: "" }, { head: "" }], rows)].join("\n\n");
}

function extent(
  { schedules, classes, interleavings, exhausted }: ConfigurationReport,
  report: ExhaustiveReport,
): string {
  const explored = `explored ${count(schedules, "schedule")}, ${count(classes, "class", "classes")}`;
  if (!exhausted) return `${explored}, of at least ${interleavings} interleavings; not finished`;
  const within = budget(report);
  return within === ""
    ? `${explored}, of ${interleavings} interleavings; finished`
    : `${explored}; finished${within}`;
}

function budget({ preemptionBound, delayBound }: ExhaustiveReport): string {
  if (preemptionBound !== undefined) return `, at most ${count(preemptionBound, "preemption")}`;
  return delayBound === undefined ? "" : `, at most ${count(delayBound, "delay")}`;
}

function violationsText({ violations, failingSchedules }: ExhaustiveReport, paint: Paint): string {
  if (violations.length === 0) return paint("good", "0");
  const counts = violations.map(({ invariant, schedules }) => `${invariant} ${schedules}`).join(", ");
  return paint("bad", `in ${count(failingSchedules, "schedule")}: ${counts}`);
}
