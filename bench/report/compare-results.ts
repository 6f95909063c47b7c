/**
 * Compares two results, ratio by ratio.
 */
import { keepsLimit, type BenchResult, type Ratio } from "../result.ts";

/** What became of one ratio. */
export interface RatioChange {
  readonly name: string;
  readonly before: Ratio | undefined;
  readonly after: Ratio | undefined;
  /**
   * "moved": the medians are further apart than the wider one of the two spreads (of counts: they differ at all). "appeared" and
   * "gone": the other result has no such ratio.
   */
  readonly kind: "same" | "moved" | "appeared" | "gone";
  /** Whether a limit was kept before and is not any more. */
  readonly broke: boolean;
}

/** Every ratio of both results, in the order of the later one, those that are gone last. */
export function compareResults(before: BenchResult, after: BenchResult): readonly RatioChange[] {
  const old = ratiosOf(before);
  const young = ratiosOf(after);
  const names = new Set([...young.keys(), ...old.keys()]);
  return [...names].map((name) => change(name, old.get(name), young.get(name)));
}

function ratiosOf(result: BenchResult): ReadonlyMap<string, Ratio> {
  const ratios = result.cases.flatMap((found) => (found.state === "done" ? found.ratios : []));
  return new Map(ratios.map((ratio) => [ratio.name, ratio]));
}

function change(name: string, before: Ratio | undefined, after: Ratio | undefined): RatioChange {
  if (before === undefined || after === undefined) {
    return { name, before, after, kind: before === undefined ? "appeared" : "gone", broke: false };
  }
  const spread = Math.max(before.high - before.low, after.high - after.low);
  const kind = Math.abs(after.value - before.value) > spread ? "moved" : "same";
  return { name, before, after, kind, broke: keepsLimit(before) === true && keepsLimit(after) === false };
}
