/**
 * The table at the end of an exploration.
 */
import type { ExploreReport } from "../search/explore.ts";
import { plainPaint, type Paint } from "./paint.ts";
import { plainTable } from "./plain-table.ts";
import { count } from "./words.ts";

/** What the table is made of. */
export type Summary = Omit<ExploreReport, "violations" | "vacuous" | "coverage"> & {
  readonly violations: readonly { readonly invariant: string; readonly schedules: number }[];
};

/** One line for each number; the violations with the number of schedules that broke each invariant. */
export function summaryTable(report: Summary, paint: Paint = plainPaint): string {
  const rows: (readonly string[])[] = [
    ["race", report.race],
    ...(report.mutant === undefined ? [] : [["mutant", String(report.mutant)]]),
    ["strategy", report.strategy],
    ...(report.shard.parts === 1 ? [] : [["shard", `${report.shard.part} of ${report.shard.parts}`]]),
    ["schedules", String(report.schedules) + (report.endedEarly ? " (ended early: enough have failed)" : "")],
    ["distinct schedules", String(report.distinctSchedules)],
    ["schedule classes", `${report.scheduleClasses}, ${report.classesSeenOnce} of them seen once`],
    [
      "still unseen",
      `${(report.unseenEstimate * 100).toFixed(1)} % (Good-Turing: a next schedule is of a new class)`,
    ],
    ["steps", String(report.steps)],
    ["preemptions", String(report.preemptions)],
    ["waits", String(report.waits)],
    ["deadlocks", String(report.deadlocks)],
    ["possible deadlocks", String(report.lockCycles.length)],
    ["violations", violationsText(report, paint)],
    ["schedules per second", report.schedulesPerSecond.toFixed(0)],
    ["seed", String(report.seed)],
    ["trace hash", report.traceHash],
  ];
  return plainTable([{ head: "" }, { head: "" }], rows);
}

/** How often each label was seen, most frequent first. */
export function labelTable(report: Pick<ExploreReport, "labels">): string {
  const byCount = Object.entries(report.labels).sort(([, a], [, b]) => b - a);
  const rows = byCount.map(([label, seen]) => [label, String(seen)]);
  return plainTable([{ head: "seen" }, { head: "times", align: "right" }], rows);
}

function violationsText(report: Summary, paint: Paint): string {
  if (report.violations.length === 0) return paint("good", "0");
  const counts = report.violations.map(({ invariant, schedules }) => `${invariant} ${schedules}`).join(", ");
  return paint("bad", `in ${count(report.failingSchedules, "schedule")}: ${counts}`);
}
