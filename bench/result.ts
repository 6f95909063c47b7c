/**
 * What the benchmarks give: plain data, the JSON that `--json` writes and `bench:compare` reads.
 */

/** Version of the JSON. */
export const RESULT_FORMAT = 1;

/** Everything that one `npm run bench` gave. */
export interface BenchResult {
  readonly format: typeof RESULT_FORMAT;
  /** "quick" has smaller sizes and fewer rounds: compare only results of the same scale. */
  readonly scale: "quick" | "full";
  readonly environment: Readonly<Record<string, string>>;
  readonly cases: readonly CaseResult[];
}

/** What one case gave. */
export type CaseResult =
  | ({ readonly state: "done"; readonly name: string; readonly title: string } & Findings)
  | { readonly state: "skipped"; readonly name: string; readonly title: string; readonly reason: string };

/** What a case found. */
export interface Findings {
  readonly ratios: readonly Ratio[];
  readonly tables: readonly Table[];
  readonly plots: readonly Plot[];
  /** What the numbers do not mean, and what else has to be known, one sentence each. */
  readonly notes: readonly string[];
}

/** Two measurements of one run against each other. */
export interface Ratio {
  /** Unique and the same in every run of the same scale, e.g. "sweep-cost/server/due=100/buffers". */
  readonly name: string;
  /** What is divided by what. */
  readonly says: string;
  /** The median over the rounds. */
  readonly value: number;
  /** First and third quartile over the rounds; both equal to `value` for what is the same every time. */
  readonly low: number;
  readonly high: number;
  readonly rounds: number;
  /** Counts are the same on a busy machine, times are not: only counts decide about success. */
  readonly basis: "count" | "time";
  readonly limit?: Limit;
}

/** What a ratio has to be. */
export type Limit = { readonly atMost: number } | { readonly atLeast: number };

/** A table of the report; numbers are printed as they are. */
export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

/** A plot of the report: lines through points, one line a series. */
export interface Plot {
  /** File name without ".svg". */
  readonly name: string;
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly points: readonly { readonly x: number; readonly y: number; readonly series: string }[];
}

/** An axis, linear or logarithmic. */
export interface Axis {
  readonly label: string;
  readonly scale: "linear" | "log";
}

/** Whether a ratio keeps its limit; undefined where it has none. */
export function keepsLimit({ value, limit }: Ratio): boolean | undefined {
  if (limit === undefined) return undefined;
  return "atMost" in limit ? value <= limit.atMost : value >= limit.atLeast;
}

/** Names of the ratios of counts that do not keep their limits. */
export function brokenLimits(result: BenchResult): readonly string[] {
  return result.cases
    .flatMap((found) => (found.state === "done" ? found.ratios : []))
    .filter((ratio) => ratio.basis === "count" && keepsLimit(ratio) === false)
    .map(({ name }) => name);
}
