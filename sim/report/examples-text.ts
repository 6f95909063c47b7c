/**
 * What `examples` prints: a row for every broken variant of every example, their tokens, and how many are reproduced.
 */
import type { MutantScore } from "../search/mutation-score.ts";
import { isReproduced, type ExampleScore, type FixScore } from "../search/score-example.ts";
import type { Paint } from "./paint.ts";
import { plainTable } from "./plain-table.ts";
import { count } from "./words.ts";

/** The table of `scores`. */
export function examplesText(scores: readonly ExampleScore[], paint: Paint): string {
  const table = plainTable(
    [
      { head: "example" },
      { head: "source" },
      { head: "schedules", align: "right" },
      { head: "preemptions", align: "right" },
      { head: "broken variant" },
      { head: "fix" },
    ],
    scores.flatMap(rows),
  );
  const tokens = scores.flatMap(({ mutants }) =>
    mutants.flatMap((score) => (score.state === "found" ? [score.token] : [])),
  );
  const reproduced = scores.filter(isReproduced).length;
  const verdict = `${count(scores.length, "example")}: ${reproduced} reproduced with a fix that holds`;
  return [
    table,
    `Tokens, to be replayed:\n${tokens.join("\n")}`,
    paint(reproduced === scores.length ? "good" : "bad", verdict),
  ].join("\n\n");
}

/** How the mended code was proven, or what is wrong with it: a phrase. */
export function fixWords(fix: FixScore): string {
  switch (fix.state) {
    case "proven":
      return `proven: all ${fix.exhausted} schedules, ${fix.interleavings} interleavings; ${fix.sampled} sampled`;
    case "sampled":
      return `holds in ${fix.sampled} sampled schedules and ${fix.searched} of a search that did not end`;
    case "broken":
      return `BROKEN: ${fix.invariant}, ${fix.token}`;
    case "vacuous":
      return `VACUOUS: ${fix.reasons.join(" ")}`;
  }
}

/** One for each broken variant; the first tells of the example and its fix as well. */
function rows({ race, source, mutants, fix }: ExampleScore): readonly (readonly string[])[] {
  if (mutants.length === 0) return [[race, source, "", "", "NONE", fixWords(fix)]];
  return mutants.map((score, index) =>
    index === 0 ? [race, source, ...mutantCells(score), fixWords(fix)] : ["", "", ...mutantCells(score), ""],
  );
}

function mutantCells(score: MutantScore): readonly string[] {
  const what = `${score.mutant}: ${score.title}`;
  if (score.state === "found")
    return [String(score.schedules), String(score.preemptions), `${what} (${score.invariant})`];
  const after = score.state === "refuted" ? "" : String(score.schedules);
  return [after, "", `NOT REPRODUCED, ${what}`];
}
