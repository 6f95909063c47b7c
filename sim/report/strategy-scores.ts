/**
 * The tables of strategies and mutants: how many schedules each strategy needs, and how few preemptions the failures.
 */
import type { ProvedCounterexample } from "../search/exhaustive/prove-fewest.ts";
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

/** One line for each mutant's counterexample. */
export function provedTable(counterexamples: readonly ProvedCounterexample[]): string {
  const rows = counterexamples.map(({ mutant, invariant, preemptions, fewest, schedules, token }) => [
    String(mutant),
    invariant,
    String(preemptions),
    String(fewest),
    String(schedules),
    token,
  ]);
  const numbers = ["preemptions", "fewest possible", "schedules explored"];
  return plainTable(
    [
      { head: "mutant", align: "right" },
      { head: "breaks" },
      ...numbers.map((head) => ({ head, align: "right" }) as const),
      { head: "token" },
    ],
    rows,
  );
}
