/**
 * Writes the HTML report of a token.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { Engine } from "../engine/port.ts";
import type { Race } from "../race/race.ts";
import { htmlReport } from "../report/html/html-report.ts";
import { recordRun } from "../report/views/record-run.ts";
import { tokenOf, type ReplayOptions } from "../search/replay.ts";
import { SwitchyardError } from "../switchyard-error.ts";

/**
 * Replays `token` and writes its page to `file`, whose folder is made if it is missing. Throws SwitchyardError "usage" if the file
 * cannot be written, and what `replay` throws.
 */
export async function writeReport(
  file: string,
  engine: Engine,
  race: Race<any, any>,
  token: string,
  options: Pick<ReplayOptions, "mutant" | "follow"> = {},
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

/** The n-th of several report files: "report.html", "report-2.html". */
export function numberedFile(file: string, number: number): string {
  if (number === 1) return file;
  const [, stem = file, ending = ""] = /^(.*?)(\.[^./\\]*)?$/s.exec(file) ?? [];
  return `${stem}-${number}${ending}`;
}
