/**
 * Ratios as rows of a table.
 */
import { keepsLimit, type Limit, type Ratio } from "../result.ts";

/** Heads of the columns of `ratioCells`. */
export const RATIO_COLUMNS: readonly string[] = ["ratio", "median", "quartiles", "rounds", "limit", "kept"];

/** One ratio in words. */
export function ratioCells(ratio: Ratio): readonly string[] {
  const { name, value, low, high, rounds, limit } = ratio;
  const kept = keepsLimit(ratio);
  return [
    name,
    String(value),
    low === high ? "" : `${low} to ${high}`,
    String(rounds),
    limit === undefined ? "" : limitWords(limit),
    kept === undefined ? "" : kept ? "yes" : "no",
  ];
}

function limitWords(limit: Limit): string {
  return "atMost" in limit ? `at most ${limit.atMost}` : `at least ${limit.atLeast}`;
}
