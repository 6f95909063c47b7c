/**
 * A failing run as Markdown for the summary of a GitHub Actions job: what broke, the story, a diagram, the line that replays it.
 */
import type { RunResult } from "../../trace/trace.ts";
import { replayLine } from "../counterexample.ts";
import { tellStory } from "../story.ts";
import { mermaidSequence } from "./mermaid.ts";

/** The Markdown for `run`; `files`: names of what was written besides. */
export async function failureSummary(
  run: RunResult,
  token: string,
  files: readonly string[],
): Promise<string> {
  const broken = run.violations.map(
    ({ invariant, promise }) => `- **${asText(invariant)}**: ${asText(promise)}`,
  );
  const story = (await tellStory(run)).map((sentence, index) => `${index + 1}. ${asText(sentence)}`);
  return [
    `### ${asText(run.race)}: a promise broke`,
    broken.join("\n"),
    story.join("\n"),
    `\`\`\`mermaid\n${await mermaidSequence(run)}\n\`\`\``,
    `\`\`\`\n${replayLine(token)}\n\`\`\``,
    files.length === 0 ? "" : `Artifacts: ${files.map(asText).join(", ")}`,
    "",
  ].join("\n\n");
}

/** Text in which nothing is Markdown's or HTML's. */
function asText(text: string): string {
  return text
    .replace(/\s+/g, " ")
    .replace(/[\\`*_{}[\]<>#|~$@&!]/g, (character) => `&#${character.charCodeAt(0)};`);
}
