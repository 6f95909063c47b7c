/**
 * What `explore --all` tells: the counterexamples, a row for each race, and one table of what all races reached.
 */
import type { ExploreReport } from "../search/explore.ts";
import type { SuiteCoverage } from "../search/suite-coverage.ts";
import { counterexampleText } from "./counterexample.ts";
import { exploreJson, type ExploreJson } from "./explore-json.ts";
import type { Paint } from "./paint.ts";
import { plainTable } from "./plain-table.ts";
import { count } from "./words.ts";

/** What came of exploring several races. */
export interface SuiteReport {
  readonly seed: number;
  readonly races: readonly ExploreReport[];
  readonly coverage: SuiteCoverage;
}

/** The report as one JSON object. */
export interface SuiteJson {
  readonly seed: number;
  readonly races: readonly ExploreJson[];
  readonly coverage: SuiteCoverage["rows"];
  readonly wanted: SuiteCoverage["wanted"];
  readonly unreached: SuiteCoverage["unreached"];
  /** Races that broke a promise. */
  readonly violated: number;
  /** Whether something was not reached, or a race was vacuous by itself. */
  readonly vacuous: boolean;
}

/** Whether "nothing violated" says little. */
export function isVacuous({ races, coverage }: SuiteReport): boolean {
  return coverage.unreached.length > 0 || races.some(({ vacuous }) => vacuous.length > 0);
}

/** `report` with the stories told. */
export async function suiteJson(report: SuiteReport): Promise<SuiteJson> {
  const { seed, coverage } = report;
  const races: ExploreJson[] = [];
  for (const race of report.races) races.push(await exploreJson(race));
  const violated = races.filter(({ violations }) => violations.length > 0).length;
  const { rows, wanted, unreached } = coverage;
  return { seed, races, coverage: rows, wanted, unreached, violated, vacuous: isVacuous(report) };
}

/** The whole text for a person; with `columns` counterexamples are drawn as timelines no wider than that. */
export async function suiteText(report: SuiteReport, paint: Paint, columns?: number): Promise<string> {
  const { races, coverage } = report;
  const blocks: string[] = [];
  for (const { violations } of races) {
    const told = new Map(violations.map(({ token, run }) => [token, run]));
    for (const [token, run] of told) blocks.push(await counterexampleText(run, token, paint, columns));
  }
  blocks.push(raceTable(races, paint), coverageTable(coverage, paint));
  const reasons = [
    ...coverage.unreached.map((name) => `No race reached "${name}".`),
    ...races.flatMap(({ race, vacuous }) => vacuous.map((reason) => `${race}: ${reason}`)),
  ];
  if (reasons.length > 0) {
    const head = paint("bad", "Vacuous: what is not violated here was not tried either.");
    blocks.push(`${head}\n${reasons.map((reason) => `  ${reason}`).join("\n")}`);
  }
  blocks.push(verdict(report));
  return blocks.join("\n\n");
}

function verdict({ races, coverage: { wanted, unreached } }: SuiteReport): string {
  const schedules = races.reduce((sum, race) => sum + race.schedules, 0);
  const violated = races.filter(({ violations }) => violations.length > 0).length;
  const reached = `${wanted - unreached.length} of ${wanted} that must be reached were`;
  return `${count(races.length, "race")}, ${count(schedules, "schedule")}, ${violated} violated; ${reached}`;
}

function raceTable(races: readonly ExploreReport[], paint: Paint): string {
  const rows = races.map((race) => [
    race.race,
    String(race.schedules),
    String(race.scheduleClasses),
    String(race.preemptions),
    String(race.waits),
    violationsText(race, paint),
    race.vacuous.length > 0 ? paint("bad", "yes") : "no",
    race.schedulesPerSecond.toFixed(0),
  ]);
  return plainTable(
    [
      { head: "race" },
      { head: "schedules", align: "right" },
      { head: "classes", align: "right" },
      { head: "preemptions", align: "right" },
      { head: "waits", align: "right" },
      { head: "violations" },
      { head: "vacuous" },
      { head: "per second", align: "right" },
    ],
    rows,
  );
}

function violationsText({ violations, failingSchedules }: ExploreReport, paint: Paint): string {
  if (violations.length === 0) return paint("good", "0");
  const names = violations.map(({ invariant }) => invariant).join(" ");
  return paint("bad", `in ${failingSchedules}: ${names}`);
}

function coverageTable({ rows }: SuiteCoverage, paint: Paint): string {
  return plainTable(
    [{ head: "operation" }, { head: "answer" }, { head: "times", align: "right" }, { head: "in" }],
    rows.map(({ operation, answer, times, races }) => [
      operation,
      answer,
      String(times),
      races.length === 0 ? paint("bad", "NEVER") : races.map(shortName).join(" "),
    ]),
  );
}

/** The last part of a race's name. */
function shortName(race: string): string {
  return race.split("/").at(-1) ?? race;
}
