/**
 * Shares a command's work among processes: this program again, each with a part of it.
 */
import { execFile, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { onProcessEnd } from "../process-end.ts";
import { PROCESSOR_VARIABLE, processorFor } from "../processor.ts";
import { SwitchyardError } from "../switchyard-error.ts";

/** Output of one process at most, in bytes. */
const MAX_OUTPUT_BYTES = 1 << 26;

/**
 * What the parts 2 to `parts` of the command `argv` print with --json, each made by a process of its own that runs the module at `url`; the
 * command takes --shard and --workers. Throws SwitchyardError "harness" with what a process says if it ends without a report.
 */
export async function shardsInProcesses<Report>(
  url: string,
  argv: readonly string[],
  parts: number,
): Promise<readonly Report[]> {
  const others = Array.from({ length: parts - 1 }, (_, index) => index + 1);
  return await Promise.all(
    others.map((part) =>
      runShard<Report>(url, [...argv, "--shard", `${part + 1}/${parts}`], processorFor(part)),
    ),
  );
}

function runShard<Report>(
  url: string,
  argv: readonly string[],
  processor: number | undefined,
): Promise<Report> {
  const words = [...process.execArgv, fileURLToPath(url), ...argv, "--workers", "1", "--json"];
  const env =
    processor === undefined ? process.env : { ...process.env, [PROCESSOR_VARIABLE]: String(processor) };
  return new Promise((resolve, reject) => {
    let child: ChildProcess | undefined;
    // Whoever asked for its part is gone then; a signal may come while it starts.
    const forget = onProcessEnd(() => child?.kill());
    child = execFile(process.execPath, words, { env, maxBuffer: MAX_OUTPUT_BYTES }, (error, out, err) => {
      forget();
      try {
        resolve(JSON.parse(out) as Report);
      } catch {
        const said = err.trim() || String(error?.message);
        const remedy = "Try --workers 1.";
        const message = `A process with a part of the work failed: ${said}`;
        reject(new SwitchyardError("harness", message, remedy, { cause: error }));
      }
    });
  });
}
