/**
 * `merge FILE...`: the reports of all shards of a search, added up.
 */
import { readFile } from "node:fs/promises";
import type { Command } from "commander";
import type { ExploreJson } from "../report/explore-json.ts";
import { totalsText } from "../report/explore-text.ts";
import { mergeShards } from "../report/merge-json.ts";
import { replayLine } from "../report/counterexample.ts";
import { createPaint } from "../report/paint.ts";
import { SwitchyardError } from "../switchyard-error.ts";
import type { CommandContext } from "./command-context.ts";
import { jsonOption } from "./common-options.ts";
import { EXIT } from "./exit-codes.ts";
import { findRace } from "./find-race.ts";
import type { Terminal } from "./terminal.ts";

/** Adds the command to `program`. */
export function addMergeCommand(program: Command, { races, terminal, exit }: CommandContext): void {
  program
    .command("merge")
    .description("add up the --json files of all shards of a search")
    .argument("<file...>", "what explore --shard i/n --json printed")
    .addOption(jsonOption())
    .action(async (files: readonly string[], options: { readonly json?: true }) => {
      const shards = await Promise.all(files.map(readReport));
      const merged = mergeShards(shards, await findRace(races, shards[0]?.race));
      if (options.json === true) terminal.out(JSON.stringify(merged, undefined, 2));
      else terminal.out(mergedText(merged, terminal));
      if (merged.violations.length > 0) exit(EXIT.violated);
      else exit(merged.vacuous ? EXIT.vacuous : EXIT.ok);
    });
}

async function readReport(file: string): Promise<ExploreJson> {
  try {
    const report = JSON.parse(await readFile(file, "utf8")) as Partial<ExploreJson> | null;
    if (report?.shard === undefined || report.traceHash === undefined) throw new Error("it holds no report");
    return report as ExploreJson;
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new SwitchyardError(
      "usage",
      `Cannot read ${file}: ${said}`,
      "Give the files that explore --shard --json printed.",
      { cause },
    );
  }
}

function mergedText(merged: ExploreJson, terminal: Terminal): string {
  const paint = createPaint(terminal.outIsTerminal);
  const found = merged.violations.map(({ invariant, promise, story, token }) =>
    [
      paint("bad", `${invariant} violated: ${promise}`),
      ...story.map((line) => `  ${line}`),
      `Replay it:\n  ${replayLine(token)}`,
    ].join("\n"),
  );
  return [...found, totalsText({ ...merged, lockOrder: [] }, merged.vacuousBecause, paint)].join("\n\n");
}
