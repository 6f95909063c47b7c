/**
 * The table of strategies and mutants: how many schedules each strategy needs.
 */
import type { StrategyScore } from "../search/compare-strategies.ts";
import { plainTable } from "./plain-table.ts";

/** One line for each mutant, one column for each strategy: the median number of schedules, "-" where half found nothing. */
export function strategyScoreTable(scores: readonly StrategyScore[]): string {
  const strategies = [...new Set(scores.map(({ strategy }) => strategy))];
  const mutants = [...new Set(scores.map(({ mutant }) => mutant))];
  const rows = mutants.map((mutant) => [
    String(mutant),
    ...strategies.map((strategy) => {
      const score = scores.find((one) => one.mutant === mutant && one.strategy === strategy);
      return String(score?.median ?? "-");
    }),
  ]);
  return plainTable(
    [{ head: "mutant", align: "right" }, ...strategies.map((head) => ({ head, align: "right" }) as const)],
    rows,
  );
}
