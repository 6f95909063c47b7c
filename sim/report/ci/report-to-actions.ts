/**
 * On GitHub Actions a failing run leaves what one needs to understand it: a summary of the job, and files to keep as artifacts.
 */
import { appendFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Engine } from "../../engine/port.ts";
import type { Race } from "../../race/race.ts";
import { tokenOf } from "../../search/replay.ts";
import type { RunResult } from "../../trace/trace.ts";
import { htmlReport } from "../html/html-report.ts";
import { counterexampleName, writeRegression } from "../regression-file.ts";
import { recordRun } from "../views/record-run.ts";
import { failureSummary } from "./failure-summary.ts";

/** A run that broke a promise, and how it was found. */
export interface FailingRun {
  readonly race: Race<any, any>;
  readonly run: RunResult;
  readonly strategy: string;
  readonly seed: number;
  /** Of the schedule that was shrunk, from 0. */
  readonly index: number;
}

/** The folder of the files unless SWITCHYARD_ARTIFACTS names another one. */
const ARTIFACTS_FOLDER = "switchyard-artifacts";

/**
 * Where GITHUB_STEP_SUMMARY is set: appends a summary to that file, and writes the HTML page and the regression file of `failing`
 * to the artifacts folder. Elsewhere it does nothing. Gives the files written.
 */
export async function reportToActions(
  engine: Engine,
  { race, run, strategy, seed, index }: FailingRun,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<readonly string[]> {
  const summaryFile = environment["GITHUB_STEP_SUMMARY"] ?? "";
  if (summaryFile === "") return [];
  const folder = environment["SWITCHYARD_ARTIFACTS"] ?? ARTIFACTS_FOLDER;
  const token = tokenOf(race, run);
  const invariant = run.violations[0]?.invariant ?? "";
  const found = { run, invariant, token, strategy, seed, index };
  const regression = await writeRegression(folder, found);
  const page = join(folder, `${counterexampleName(found)}.html`);
  await writeFile(page, await htmlReport(await recordRun(engine, race, token), token));
  const files = [page, regression];
  await appendFile(summaryFile, await failureSummary(run, token, files));
  return files;
}
