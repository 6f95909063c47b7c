/**
 * The report as Markdown.
 */
import type { BenchResult, CaseResult, Ratio } from "../result.ts";
import { RATIO_COLUMNS, ratioCells } from "./ratio-table.ts";

/** The whole report; plots are referred to as `<name>.svg` beside it. */
export function markdownReport(result: BenchResult): string {
  const environment = Object.entries(result.environment).map(([name, value]) => [name, value]);
  return [
    `# Benchmarks, ${result.scale}`,
    "Written by `npm run bench`; [bench/README.md](../../README.md) says how to read it. Ratios are made within a round of one run, with quartiles over the rounds. " +
      "Seconds and milliseconds are those of one machine on one day: compare ratios, not times.",
    markdownTable(["", ""], environment),
    ...result.cases.map(caseSection),
    "",
  ].join("\n\n");
}

function caseSection(found: CaseResult): string {
  const heading = `## ${found.title}`;
  if (found.state === "skipped") return `${heading}\n\nNot measured: ${found.reason}`;
  const { ratios, tables, plots, notes } = found;
  return [
    heading,
    ...(ratios.length > 0 ? [markdownTable(RATIO_COLUMNS, ratios.map(ratioCells)), legend(ratios)] : []),
    ...plots.map(({ name, title }) => `![${title}](${name}.svg)`),
    ...tables.map(({ title, columns, rows }) => `### ${title}\n\n${markdownTable(columns, rows)}`),
    notes.map((note) => `- ${note}`).join("\n"),
  ].join("\n\n");
}

/** What is divided by what, each sentence once. */
function legend(ratios: readonly Ratio[]): string {
  const says = [...new Set(ratios.map(({ basis, says }) => `- ${says} (${basis})`))];
  return says.join("\n");
}

/** A table in Markdown. */
function markdownTable(columns: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]): string =>
    `| ${cells.map((cell) => String(cell).replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(columns), line(columns.map(() => "---")), ...rows.map(line)].join("\n");
}
