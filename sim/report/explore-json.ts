/**
 * What `explore --json` prints.
 */
import type { CoverageSets } from "../search/coverage.ts";
import type { ExploreReport } from "../search/explore.ts";
import type { LockEdge } from "../search/lock-order.ts";
import { isWhole } from "../search/shard.ts";
import type { FoundViolation } from "../search/shrink-each.ts";
import { tellStory } from "./story.ts";

/** A violation with the story of its counterexample in place of the run. */
export interface ViolationJson extends Omit<FoundViolation, "run"> {
  /** Sentences, in order. */
  readonly story: readonly string[];
}

/** The report as one JSON object. */
export interface ExploreJson extends Omit<
  ExploreReport,
  "violations" | "vacuous" | "coverage" | "lockOrder"
> {
  readonly violations: readonly ViolationJson[];
  readonly vacuous: boolean;
  /** Why it is vacuous, one sentence each. */
  readonly vacuousBecause: readonly string[];
  /** Of a shard only: what `merge` needs beside the counts. */
  readonly coverage?: CoverageSets;
  readonly lockOrder?: readonly LockEdge[];
}

/** `report` with the stories told. */
export async function exploreJson(report: ExploreReport): Promise<ExploreJson> {
  const { violations: found, vacuous, coverage, lockOrder, ...rest } = report;
  const violations: ViolationJson[] = [];
  for (const { run, ...violation } of found) {
    violations.push({ ...violation, story: await tellStory(run) });
  }
  return {
    ...rest,
    violations,
    vacuous: vacuous.length > 0,
    vacuousBecause: vacuous,
    ...(isWhole(report.shard) ? {} : { coverage, lockOrder }),
  };
}
