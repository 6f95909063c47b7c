/**
 * The section "Fidelity" of sim/README.md, as text.
 */
import prettier from "prettier";
import type { Behaviour } from "./behaviours.ts";
import { CASES, type Evidence } from "./evidence.ts";

/** The file that has the section, relative to the repository. */
export const README = "sim/README.md";

const BEGIN = "<!-- fidelity: written by `npm run fidelity` -->";
const END = "<!-- end of fidelity -->";

const INTRODUCTION = `
"real" is done by Postgres' own code alone; "reproduced" is what the harness does or decides in the place of a machine;
"refused" is refused by name (exit code 5), never wrong in silence. The cases run on both engines and print what PostgreSQL's own
isolationtester prints for them.`;

/** The section for `behaviours`, formatted, with its marks. */
export async function fidelitySection(behaviours: readonly Behaviour[]): Promise<string> {
  const head = ["behaviour", "in process", "with `--engine postgres`", "shown by"];
  const rows = behaviours.map(({ behaviour, inProcess, how, onServer, shownBy }) => [
    behaviour,
    how === undefined ? inProcess : `${inProcess}: ${how}`,
    onServer ?? "same",
    [...new Set(shownBy.map(link))].join(", "),
  ]);
  const lines = [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`);
  const text = `${BEGIN}\n${INTRODUCTION}\n\n${lines.join("\n")}\n\n${END}\n`;
  return (await prettier.format(text, { parser: "markdown", printWidth: PRINT_WIDTH })).trimEnd();
}

/** `readme` with `section` in place of the one that it has. @throws Error if it has no marks */
export function withSection(readme: string, section: string): string {
  const start = readme.indexOf(BEGIN);
  const end = readme.indexOf(END);
  if (start < 0 || end < start) throw new Error(`${README} has no marks of the section.`);
  return readme.slice(0, start) + section + readme.slice(end + END.length);
}

/** As in .prettierrc. */
const PRINT_WIDTH = 110;

function link(evidence: Evidence): string {
  if ("specCase" in evidence) return `case [${evidence.specCase}](../${CASES}/${evidence.specCase}.spec)`;
  return `[${evidence.title.replaceAll(VARIABLE, "…")}](../${evidence.file})`;
}

/** What a title has in place of values. */
const VARIABLE = /%s|\$\{\w+\}/g;
