/**
 * `spec FILE.spec`: runs a specification in isolationtester's format and prints what isolationtester prints, or compares it
 * with expected outputs.
 */
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import type { Command } from "commander";
import { guarded } from "../engine/guarded.ts";
import type { Engine } from "../engine/port.ts";
import { createPaint } from "../report/paint.ts";
import { readExpectedOutput, type ExpectedOutput } from "../spec/expected-output.ts";
import { lineDiff } from "../spec/line-diff.ts";
import { parseSpec } from "../spec/parse-spec.ts";
import { outputHeader, runSpec, type PermutationResult } from "../spec/run-spec.ts";
import { specReport, type SpecReport } from "../spec/spec-report.ts";
import { SwitchyardError } from "../switchyard-error.ts";
import type { CommandContext } from "./command-context.ts";
import { jsonOption } from "./common-options.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import type { Terminal } from "./terminal.ts";
import { engineOption, type EngineName } from "./with-engine.ts";

interface Options {
  readonly engine: EngineName;
  readonly expected: readonly string[];
  readonly json?: true;
}

/** Adds the command to `program`. */
export function addSpecCommand(program: Command, { terminal, exit }: CommandContext): void {
  program
    .command("spec")
    .description("run a test specification in the format of PostgreSQL's isolationtester")
    .argument("<file>", "the specification")
    .addOption(engineOption())
    .option(
      "--expected <file>",
      "compare with this output; may be given again for outputs that will do as well",
      (file: string, files: readonly string[]) => [...files, file],
      [],
    )
    .addOption(jsonOption())
    .action(async (file: string, options: Options) => {
      exit(await runSpecCommand(file, options, terminal));
    });
}

async function runSpecCommand(file: string, options: Options, terminal: Terminal): Promise<ExitCode> {
  const spec = parseSpec(await readText(file));
  const expected = await Promise.all(options.expected.map(readExpected));
  const prints = options.json !== true && expected.length === 0;
  const header = outputHeader(spec);
  if (prints) terminal.out(header.trimEnd());
  const results: PermutationResult[] = [];
  const name = basename(file).replace(/\.spec$/, "");
  for await (const result of runSpec(spec, name, () => openForText(options.engine))) {
    results.push(result);
    if (prints) terminal.out(printed(result));
  }
  const report = specReport(header, results, expected);
  if (options.json === true) terminal.out(reportJson(file, options.engine, report));
  else if (!prints) terminal.out(comparison(report, terminal));
  if (report.failed > 0 || report.firstDifference) return EXIT.violated;
  return report.refused > 0 ? EXIT.harness : EXIT.ok;
}

/** An engine that hands out values as Postgres prints them. */
async function openForText(name: EngineName): Promise<Engine> {
  if (name === "pglite") return guarded(await (await import("../pglite/index.ts")).openEngine("text"));
  return guarded(await (await import("../postgres/index.ts")).openServerEngine({ values: "text" }));
}

async function readExpected(file: string): Promise<ExpectedOutput> {
  return readExpectedOutput(file, await readText(file));
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new SwitchyardError("usage", `Cannot read ${file}: ${said}`, "Check the path.", { cause });
  }
}

/** A permutation's output without its last line break, and why it did not come to its end. */
function printed({ output, state, reason }: PermutationResult): string {
  return state === "ran" ? output.replace(/\n$/, "") : `${output}${state}: ${reason}`;
}

function reportJson(file: string, engine: EngineName, report: SpecReport): string {
  const { permutations, passed, failed, refused, results } = report;
  return JSON.stringify({ spec: file, engine, permutations, passed, failed, refused, results }, undefined, 2);
}

function comparison(report: SpecReport, terminal: Terminal): string {
  const paint = createPaint(terminal.outIsTerminal);
  const lines: string[] = [];
  const difference = report.firstDifference;
  if (difference) {
    lines.push(`--- ${difference.name}`, "+++ what came");
    for (const line of lineDiff(difference.expected, difference.actual)) {
      lines.push(
        line.startsWith("-") ? paint("bad", line) : line.startsWith("+") ? paint("good", line) : line,
      );
    }
    lines.push("");
  }
  for (const { permutation, state, reason } of report.results) {
    if (state !== "passed") lines.push(`${state}: ${permutation}\n  ${reason}`);
  }
  const { permutations, passed, failed, refused } = report;
  lines.push(`${permutations} permutations: ${passed} passed, ${failed} failed, ${refused} refused`);
  return lines.join("\n");
}
