/**
 * `npm run bench -- [--quick] [--only CASE ...] [--json FILE] [--report]`: measures, prints the ratios, writes what is asked for.
 *
 * Exit code 0: measured; 1: a ratio of counts does not keep its limit; 2: usage. Ratios of times are told and never decide.
 */
import { Command, CommanderError } from "commander";
import { plainTable } from "../sim/report/plain-table.ts";
import { cases } from "./cases.ts";
import { inPackage } from "./package-root.ts";
import { RATIO_COLUMNS, ratioCells } from "./report/ratio-table.ts";
import { writeJson, writeReport } from "./report/write-report.ts";
import { brokenLimits, type BenchResult } from "./result.ts";
import { runCases } from "./run-cases.ts";
import { FULL, QUICK } from "./scale.ts";

interface Options {
  readonly quick?: true;
  readonly only: readonly string[];
  readonly json?: string;
  readonly report?: true;
}

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  const command = new Command("bench")
    .description("measures what Switchyard and its reference protocol cost")
    .option("--quick", "small sizes, few rounds: within three minutes")
    .option(
      "--only <case>",
      "this case only; may be given again",
      (name, names) => [...names, name],
      [] as string[],
    )
    .option("--json <file>", "write the result to this file")
    .option("--report", "write the report of this scale in bench/results (Markdown, SVG, JSON)")
    .exitOverride();
  try {
    command.parse(args, { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    throw error;
  }
  const { quick, only, json, report } = command.opts<Options>();
  const unknown = only.find((name) => !cases.some((one) => one.name === name));
  if (unknown !== undefined) {
    console.error(`There is no case "${unknown}". There are ${cases.map(({ name }) => name).join(", ")}.`);
    return 2;
  }
  const chosen = only.length === 0 ? cases : cases.filter(({ name }) => only.includes(name));
  const result = await runCases(chosen, quick ? QUICK : FULL, (line) => console.error(line));
  print(result);
  if (json !== undefined) writeJson(json, result);
  if (report) writeReport(inPackage("bench", "results", result.scale), result);
  const broken = brokenLimits(result);
  if (broken.length > 0) console.error(`Limits on counts are not kept: ${broken.join("; ")}`);
  return broken.length > 0 ? 1 : 0;
}

function print(result: BenchResult): void {
  const rows = result.cases.flatMap((found) => (found.state === "done" ? found.ratios.map(ratioCells) : []));
  console.log(
    plainTable(
      RATIO_COLUMNS.map((head) => ({ head })),
      rows,
    ),
  );
  for (const found of result.cases) {
    if (found.state === "skipped") console.log(`${found.name} was not measured: ${found.reason}`);
  }
}
