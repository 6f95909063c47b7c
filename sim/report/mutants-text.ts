/**
 * What `mutants` prints: a row for every mutant, what survived, and what is equivalent.
 */
import type { ExploredEquivalent, MutantScore } from "../search/mutation-score.ts";
import type { Paint } from "./paint.ts";
import { plainTable } from "./plain-table.ts";

/** The table of `scores`, and a last line that says how many were found. */
export function mutantsText(scores: readonly MutantScore[], paint: Paint): string {
  const blocks = [
    plainTable(
      [
        { head: "mutant", align: "right" },
        { head: "race" },
        { head: "invariant" },
        { head: "found by" },
        { head: "schedules", align: "right" },
        { head: "preemptions", align: "right" },
        { head: "what is wrong in it" },
      ],
      scores.map(row),
    ),
  ];
  const tokens = scores.flatMap((score) =>
    score.state === "found" || score.state === "refuted" ? [`${score.mutant}  ${score.token}`] : [],
  );
  if (tokens.length > 0) blocks.push(`Tokens, to be replayed:\n${tokens.join("\n")}`);
  const equivalent = scores.filter((score) => score.state === "equivalent");
  if (equivalent.length > 0) {
    const reasons = equivalent.map(
      ({ mutant, title, reason, explored }) => `${mutant}  ${title}: ${reason}${exploredText(explored)}`,
    );
    blocks.push(`Equivalent, no schedule can tell them from the race:\n${reasons.join("\n")}`);
  }
  blocks.push(verdict(scores, paint));
  return blocks.join("\n\n");
}

/** Mutants that were to be found and were not, or were found although they are called equivalent. */
export function isSurvivor({ state }: MutantScore): boolean {
  return state === "survived" || state === "refuted";
}

function exploredText(explored: ExploredEquivalent | undefined): string {
  if (explored === undefined) return "";
  const { cases, schedules, classes, exhausted } = explored;
  return ` (nothing broke in ${schedules} schedules, ${classes} classes, of ${cases} small cases, ${exhausted} of them explored to the end)`;
}

function row(score: MutantScore): readonly string[] {
  const { mutant, race, title } = score;
  const begin = [String(mutant), race];
  switch (score.state) {
    case "found":
      return [
        ...begin,
        score.invariant,
        score.foundBy,
        String(score.schedules),
        String(score.preemptions),
        title,
      ];
    case "survived":
      return [...begin, "SURVIVED", "", String(score.schedules), "", title];
    case "refuted":
      return [...begin, "NOT EQUIVALENT", "", "", "", title];
    case "equivalent":
      return [...begin, "equivalent", "", String(score.schedules), "", title];
  }
}

function verdict(scores: readonly MutantScore[], paint: Paint): string {
  const found = scores.filter(({ state }) => state === "found").length;
  const equivalent = scores.filter(({ state }) => state === "equivalent").length;
  const survivors = scores.filter(isSurvivor).length;
  const text = `${scores.length} mutants: ${found} found, ${equivalent} equivalent, ${survivors} survivors`;
  return paint(survivors > 0 ? "bad" : "good", text);
}
