/**
 * `npm run bench:compare -- BEFORE.json AFTER.json`: flags ratios that moved by more than their spread.
 *
 * Exit code 0: none moved; 1: some did; 2: usage, or results that cannot be compared.
 */
import { plainTable } from "../sim/report/plain-table.ts";
import { readResult } from "./read-result.ts";
import { compareResults, type RatioChange } from "./report/compare-results.ts";
import type { BenchResult, Ratio } from "./result.ts";

process.exitCode = main(process.argv.slice(2));

function main([before, after, ...more]: readonly string[]): number {
  if (before === undefined || after === undefined || more.length > 0) {
    console.error("Usage: npm run bench:compare -- BEFORE.json AFTER.json");
    return 2;
  }
  let results: readonly [BenchResult, BenchResult];
  try {
    results = [readResult(before), readResult(after)];
  } catch (error) {
    console.error((error as Error).message);
    return 2;
  }
  if (results[0].scale !== results[1].scale) {
    console.error(
      `One result is ${results[0].scale}, the other ${results[1].scale}: compare results of one scale.`,
    );
    return 2;
  }
  return print(compareResults(...results));
}

function print(changes: readonly RatioChange[]): number {
  const flagged = changes.filter(({ kind }) => kind !== "same");
  const columns = ["", "ratio", "before", "after", "limit"].map((head) => ({ head }));
  if (flagged.length > 0) console.log(plainTable(columns, flagged.map(cells)));
  const moved = flagged.filter(({ kind }) => kind === "moved").length;
  console.log(`${changes.length} ratios, ${moved} moved by more than their spread`);
  return moved > 0 ? 1 : 0;
}

function cells({ kind, name, before, after, broke }: RatioChange): readonly string[] {
  return [kind, name, words(before), words(after), broke ? "not kept any more" : ""];
}

function words(ratio: Ratio | undefined): string {
  if (ratio === undefined) return "";
  const { value, low, high } = ratio;
  return low === high ? String(value) : `${value} (${low} to ${high})`;
}
