/**
 * What `explore --json` prints.
 */
import type { ExploreReport } from "../search/explore.ts";
import type { FoundViolation } from "../search/shrink-each.ts";
import { tellStory } from "./story.ts";

/** A violation with the story of its counterexample in place of the run. */
export interface ViolationJson extends Omit<FoundViolation, "run"> {
  /** Sentences, in order. */
  readonly story: readonly string[];
}

/** The report as one JSON object. */
export interface ExploreJson extends Omit<ExploreReport, "violations" | "vacuous"> {
  readonly violations: readonly ViolationJson[];
  readonly vacuous: boolean;
  /** Why it is vacuous, one sentence each. */
  readonly vacuousBecause: readonly string[];
}

/** `report` with the stories told. */
export async function exploreJson(report: ExploreReport): Promise<ExploreJson> {
  const violations: ViolationJson[] = [];
  for (const { run, ...violation } of report.violations) {
    violations.push({ ...violation, story: await tellStory(run) });
  }
  return { ...report, violations, vacuous: report.vacuous.length > 0, vacuousBecause: report.vacuous };
}
