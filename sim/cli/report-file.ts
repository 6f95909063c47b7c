/**
 * Writes the HTML report of a token.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join, parse } from "node:path";
import type { Engine } from "../engine/port.ts";
import type { Race } from "../race/race.ts";
import { htmlReport } from "../report/html/html-report.ts";
import { recordRun } from "../report/views/record-run.ts";
import { tokenOf, type ReplayOptions } from "../search/replay.ts";
import { SwitchyardError } from "../switchyard-error.ts";
import type { Terminal } from "./terminal.ts";
import { withEngine, type EngineName, type OpenEngine } from "./with-engine.ts";

/**
 * Replays `token` and writes its page to `file`, whose folder is made if it is missing. Throws SwitchyardError "usage" if the file
 * cannot be written, and what `replay` throws.
 */
export async function writeReport(
  file: string,
  engine: Engine,
  race: Race<any, any>,
  token: string,
  options: Pick<ReplayOptions, "mutant"> = {},
): Promise<void> {
  const recorded = await recordRun(engine, race, token, options);
  const page = await htmlReport(recorded, tokenOf(race, recorded.run));
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, page);
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new SwitchyardError("usage", `Cannot write ${file}: ${said}`, "Choose another file.", { cause });
  }
}

/** A counterexample that gets a page of its own. */
export interface ReportTarget {
  readonly file: string;
  readonly race: Race<any, any>;
  readonly token: string;
}

/** Writes a page for each of `targets`, on an engine that is opened for it, and names the files on standard error. */
export async function writeReports(
  targets: readonly ReportTarget[],
  { open, engine: name, terminal }: ReportPlace,
): Promise<void> {
  if (targets.length === 0) {
    terminal.err("nothing broke: no report was written\n");
    return;
  }
  await withEngine(open, name, async (engine) => {
    for (const { file, race, token } of targets) {
      await writeReport(file, engine, race, token);
      terminal.err(`report: ${file}\n`);
    }
  });
}

/** Writes a page for each token: the first to `file`, the second to FILE-2 and so on; nothing without a file. */
export async function writeNumberedReports(
  file: string | undefined,
  race: Race<any, any>,
  tokens: readonly string[],
  place: ReportPlace,
): Promise<void> {
  if (file === undefined) return;
  const targets = [...new Set(tokens)].map((token, index) => ({
    file: suffixedFile(file, index === 0 ? "" : String(index + 1)),
    race,
    token,
  }));
  await writeReports(targets, place);
}

/** Where pages are made. */
export interface ReportPlace {
  readonly open: OpenEngine;
  readonly engine: EngineName;
  readonly terminal: Terminal;
}

/** A file's name with something before its ending: "report-2.html"; the name itself for an empty `suffix`. */
export function suffixedFile(file: string, suffix: string): string {
  const { dir, name, ext } = parse(file);
  return suffix === "" ? file : join(dir, `${name}-${suffix}${ext}`);
}
