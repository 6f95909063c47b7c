/**
 * The page of the example races, as text: what `switchyard examples` found, and the story of each shrunk schedule.
 */
import prettier from "prettier";
import { fixWords } from "../../sim/report/examples-text.ts";
import { count } from "../../sim/report/words.ts";
import type { MutantScore } from "../../sim/search/mutation-score.ts";
import type { ExampleScore } from "../../sim/search/score-example.ts";

/** The page's file, relative to the repository. */
export const PAGE = "properties/examples/README.md";

/** As in .prettierrc. */
const PRINT_WIDTH = 110;

const INTRODUCTION = `# Example races

Races that somebody met, told after what was published about them, and those of the textbooks. Each is a small race of its own (our
model of the published cause, not the software itself), whose reference is the mended code and whose mutants are the broken
code. This page is written by \`npm run examples-page\` from what \`npm run -s switchyard -- examples\` finds; a test replays every token.

\`\`\`
npm run -s switchyard -- examples                              # all of them: found, and proven
npm run -s switchyard -- explore examples/lost-update --mutant 1
npm run -s switchyard -- replay TOKEN
\`\`\`

"Proven" means that every schedule of the example's small data was run: how many runs that took, and of how many interleavings
they are.`;

/** The page for `scores`; `stories` by token. */
export async function examplesPage(
  scores: readonly ExampleScore[],
  stories: ReadonlyMap<string, readonly string[]>,
): Promise<string> {
  const head = ["example", "source", "found after", "preemptions", "fix"];
  const rows = scores.map(({ race, source, mutants: [first], fix }) => [
    `[${race}](#${anchor(race)})`,
    sourceLink(source),
    ...(first?.state === "found"
      ? [count(first.schedules, "schedule"), String(first.preemptions)]
      : ["not found", ""]),
    fixWords(fix),
  ]);
  const table = [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
  const text = [INTRODUCTION, table, ...scores.map((score) => section(score, stories))].join("\n\n");
  return await prettier.format(text, { parser: "markdown", printWidth: PRINT_WIDTH });
}

/** One story as it stands on the page. */
export function storyText(sentences: readonly string[]): string {
  return sentences.map((sentence, index) => `${String(index + 1).padStart(2)}. ${sentence}`).join("\n");
}

function section(
  { race, source, description, mutants, fix }: ExampleScore,
  stories: ReadonlyMap<string, readonly string[]>,
): string {
  const folder = source === "textbook" ? "textbook" : "published";
  const file = `${folder}/${race.replace("examples/", "")}.ts`;
  return [
    `## ${race}`,
    `${description} Source: ${sourceLink(source)}. Race: [${file}](${file}). The fix is ${fixWords(fix)}.`,
    ...mutants.map((score) => mutantText(score, stories)),
  ].join("\n\n");
}

function mutantText(score: MutantScore, stories: ReadonlyMap<string, readonly string[]>): string {
  const title = `**Mutant ${score.mutant}**: ${score.title}.`;
  if (score.state !== "found") return `${title} Not found.`;
  const found = `It breaks \`${score.invariant}\`, found after ${count(score.schedules, "schedule")}, with ${count(score.preemptions, "preemption")} in ${count(score.steps, "step")}.`;
  const story = storyText(stories.get(score.token) ?? []);
  return `${title} ${found}\n\n\`\`\`text\n${story}\n\`\`\`\n\n\`\`\`\n${score.token}\n\`\`\``;
}

/** GitHub leads from the number of an issue to a pull request of that number. */
function sourceLink(source: string): string {
  const [, repository, number] = /^([\w.-]+\/[\w.-]+)#(\d+)$/.exec(source) ?? [];
  return repository === undefined ? source : `[${source}](https://github.com/${repository}/issues/${number})`;
}

/** GitHub's name of a heading. */
function anchor(heading: string): string {
  return heading.toLowerCase().replace(/[^\w -]/g, "");
}
