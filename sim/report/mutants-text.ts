/**
 * What `mutants` prints: a row for every mutant, what survived, and what is equivalent.
 */
import type { MutantScore } from "../search/mutation-score.ts";
import { equivalentText } from "./equivalent-text.ts";
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
  if (equivalent.length > 0) blocks.push(equivalentText(equivalent));
  blocks.push(verdict(scores, paint));
  return blocks.join("\n\n");
}

/** Mutants that were to be found and were not, or were found although they are called equivalent. */
export function isSurvivor({ state }: MutantScore): boolean {
  return state === "survived" || state === "refuted";
}

/** Equivalent mutants whose small data were explored to their ends, the changed statement reached. */
export function isBacked(score: MutantScore): boolean {
  return score.state === "equivalent" && score.explored?.backed === true;
}

/** Equivalent mutants whose changed statement was never reached, or whose data were not explored to their ends: nothing is proven. */
export function isUnproven(score: MutantScore): boolean {
  if (score.state !== "equivalent" || score.explored === undefined) return false;
  const { reached, exhausted, cases } = score.explored;
  return reached === 0 || exhausted < cases;
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
  const backed = scores.filter(isBacked).length;
  const proof = equivalent === 0 ? "" : ` (${backed} of them backed by a finished search)`;
  const text = `${scores.length} mutants: ${found} found, ${equivalent} equivalent${proof}, ${survivors} survivors`;
  return paint(survivors > 0 ? "bad" : "good", text);
}
