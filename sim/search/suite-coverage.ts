/**
 * What the explorations of several races reached among them: how often each operation gave each answer, and what they must reach
 * and did not.
 */
import type { Suite } from "../race/race.ts";
import type { ExploreReport } from "./explore.ts";

/** An operation and an answer of it. */
export interface CoverageRow {
  readonly operation: string;
  /** Empty for an operation that gave none at all. */
  readonly answer: string;
  /** How often it was given. */
  readonly times: number;
  /** Names of the races in which it was given. */
  readonly races: readonly string[];
}

/** Coverage of several races. */
export interface SuiteCoverage {
  /** By operation and answer, in their order; also what had to be reached and was not. */
  readonly rows: readonly CoverageRow[];
  /** How much had to be reached. */
  readonly wanted: number;
  /** What had to be reached and was not, as the suite names it. */
  readonly unreached: readonly string[];
}

/** Adds up what `reports` tell, and compares it with what `suites` ask for. */
export function suiteCoverage(
  suites: readonly Suite[],
  reports: readonly Pick<ExploreReport, "race" | "answers">[],
): SuiteCoverage {
  const given = new Map<string, CoverageRow>();
  for (const { race, answers } of reports) {
    for (const [name, times] of Object.entries(answers)) {
      const known = given.get(name) ?? emptyRow(name);
      given.set(name, { ...known, times: known.times + times, races: [...known.races, race] });
    }
  }
  const operations = new Set([...given.values()].map(({ operation }) => operation));
  const wanted = new Set(suites.flatMap(({ mustReach }) => mustReach));
  const unreached = [...wanted].filter((name) => !given.has(name) && !operations.has(name));
  const rows = [...given.values(), ...unreached.map(emptyRow)];
  return { rows: rows.sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1)), wanted: wanted.size, unreached };
}

function emptyRow(name: string): CoverageRow {
  const [operation = ""] = name.split(" ");
  return { operation, answer: name.slice(operation.length + 1), times: 0, races: [] };
}

function placeOf({ operation, answer }: CoverageRow): string {
  return `${operation} ${answer}`;
}
