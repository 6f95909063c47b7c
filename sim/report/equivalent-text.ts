/**
 * What `mutants` prints of equivalent mutants: how far each was explored, and why nothing can tell it from the race.
 */
import type { MutantScore } from "../search/mutation-score.ts";
import { plainTable } from "./plain-table.ts";

/** A mutant that is called equivalent. */
export type EquivalentScore = Extract<MutantScore, { readonly state: "equivalent" }>;

/** A table of the searches behind the claims, what its columns mean, and the reasons. */
export function equivalentText(scores: readonly EquivalentScore[]): string {
  const table = plainTable(
    [
      { head: "equivalent", align: "right" },
      { head: "explored", align: "right" },
      { head: "classes", align: "right" },
      { head: "cases", align: "right" },
      { head: "finished" },
      { head: "reached" },
      { head: "rows", align: "right" },
      { head: "what is changed" },
    ],
    scores.map(row),
  );
  const reasons = scores.map(({ mutant, reason }) => `${mutant}  ${reason}`);
  return `${table}

Explored are all schedules of small data, and nothing broke. "reached" counts those that sent the changed statement while
another session was in the middle of a transaction, "rows" is the most that it found; data that never reach it are left out.

Why no schedule can tell them from the race:
${reasons.join("\n")}`;
}

function row({ mutant, title, explored }: EquivalentScore): readonly string[] {
  if (explored === undefined) return [String(mutant), "", "", "", "not on a server", "", "", title];
  const { schedules, classes, cases, exhausted, reached, rows } = explored;
  const finished = cases > 0 && exhausted === cases ? "yes" : `NO: ${exhausted} of ${cases}`;
  return [
    String(mutant),
    String(schedules),
    String(classes),
    String(cases),
    finished,
    reached === 0 ? "NEVER" : reached === undefined ? "not known" : String(reached),
    rows === undefined ? "" : String(rows),
    title,
  ];
}
