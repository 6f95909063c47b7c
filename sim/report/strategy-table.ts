/**
 * Which strategy found what.
 */
import type { Totals } from "../search/tally.ts";
import { plainTable } from "./plain-table.ts";

/** One line for each strategy that decided runs. */
export function strategyTable({ strategies }: Pick<Totals, "strategies">): string {
  const rows = Object.entries(strategies).map(
    ([name, { schedules, failingSchedules, firstFailing, violations }]) => [
      name,
      String(schedules),
      String(failingSchedules),
      firstFailing === undefined ? "" : String(firstFailing + 1),
      Object.entries(violations)
        .map(([invariant, count]) => `${invariant} ${count}`)
        .join(", "),
    ],
  );
  return plainTable(
    [
      { head: "strategy" },
      { head: "schedules", align: "right" },
      { head: "failing", align: "right" },
      { head: "first at", align: "right" },
      { head: "found" },
    ],
    rows,
  );
}
