/**
 * `explore --all`: every race of a suite, one after the other, and one table of what they reached.
 */
import type { Race } from "../race/race.ts";
import { createPaint } from "../report/paint.ts";
import { isVacuous, suiteJson, suiteText } from "../report/suite-report.ts";
import type { ExploreReport } from "../search/explore.ts";
import { suiteCoverage } from "../search/suite-coverage.ts";
import { SwitchyardError } from "../switchyard-error.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import type { Terminal } from "./terminal.ts";

/** What the command line says. */
export interface ExploreAll {
  readonly seed: number;
  readonly json?: true;
}

/**
 * Explores those of `races` that belong to a suite, each by `search`, and prints the report. Throws SwitchyardError "usage" if none does.
 */
export async function runExploreAll(
  races: readonly Race<any, any>[],
  { seed, json }: ExploreAll,
  terminal: Terminal,
  search: (race: Race<any, any>) => Promise<ExploreReport>,
): Promise<ExitCode> {
  const chosen = races.filter(({ suite }) => suite !== undefined);
  if (chosen.length === 0)
    throw new SwitchyardError("usage", "No race belongs to a suite.", "Name a race in place of --all.");
  const reports: ExploreReport[] = [];
  for (const race of chosen) reports.push(await search(race));
  const suites = [...new Set(chosen.flatMap(({ suite }) => (suite === undefined ? [] : [suite])))];
  const report = { seed, races: reports, coverage: suiteCoverage(suites, reports) };
  if (json === true) terminal.out(JSON.stringify(await suiteJson(report), undefined, 2));
  else terminal.out(await suiteText(report, createPaint(terminal.outIsTerminal), terminal.outColumns));
  if (reports.some(({ violations }) => violations.length > 0)) return EXIT.violated;
  return isVacuous(report) ? EXIT.vacuous : EXIT.ok;
}
