/**
 * Writes a result to files.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { BenchResult } from "../result.ts";
import { markdownReport } from "./markdown.ts";
import { plotSvg } from "./plots.ts";

/** Writes `result` as JSON to `file`; its folder is made. */
export function writeJson(file: string, result: BenchResult): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(result, undefined, 2)}\n`);
}

/** Writes report.md, its plots and result.json into `folder`. */
export function writeReport(folder: string, result: BenchResult): void {
  writeJson(join(folder, "result.json"), result);
  writeFileSync(join(folder, "report.md"), markdownReport(result));
  for (const found of result.cases) {
    if (found.state === "skipped") continue;
    for (const plot of found.plots) writeFileSync(join(folder, `${plot.name}.svg`), plotSvg(plot));
  }
}
