/**
 * What `explore` prints for a person: counterexamples, the summary, who found what, possible deadlocks, what was seen.
 */
import { MAX_SHRINK_RUNS } from "../search/shrink-each.ts";
import type { ExploreReport } from "../search/explore.ts";
import { counterexampleText } from "./counterexample.ts";
import { lockCycleText } from "./lock-cycle-text.ts";
import type { Paint } from "./paint.ts";
import { strategyTable } from "./strategy-table.ts";
import { labelTable, summaryTable, type Summary } from "./summary-table.ts";

/** The whole text for `report`; with `columns` counterexamples are drawn as timelines no wider than that. */
export async function exploreText(report: ExploreReport, paint: Paint, columns?: number): Promise<string> {
  const blocks: string[] = [];
  const told = new Set<string>();
  for (const { token, run } of report.violations) {
    if (!told.has(token)) blocks.push(await counterexampleText(run, token, paint, columns));
    told.add(token);
  }
  return [...blocks, totalsText(report, report.vacuous, paint)].join("\n\n");
}

/** All but the counterexamples. */
export function totalsText(report: Summary, vacuous: readonly string[], paint: Paint): string {
  const blocks = [summaryTable(report, paint), strategyTable(report)];
  if (report.lockCycles.length > 0) blocks.push(lockCycleText(report.lockCycles, paint));
  if (Object.keys(report.labels).length > 0 && report.violations.length === 0)
    blocks.push(labelTable(report));
  if (report.shrinkBoundReached) {
    blocks.push(
      `Shrinking ended at its bound of ${MAX_SHRINK_RUNS} runs: smaller counterexamples may exist.`,
    );
  }
  if (vacuous.length > 0) {
    const reasons = vacuous.map((reason) => `  ${reason}`).join("\n");
    blocks.push(`${paint("bad", "Vacuous: nothing was violated, but nothing much was tried.")}\n${reasons}
Raise --schedules, or change the race's data so that this comes about.`);
  }
  return blocks.join("\n\n");
}
