/**
 * Shares the mutants among processes: this program again, each with a part of them.
 */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { MutantScore } from "../search/mutation-score.ts";
import { SwitchyardError } from "../switchyard-error.ts";

/** Output of one process at most, in bytes. */
const MAX_OUTPUT_BYTES = 1 << 26;

/**
 * The scores of the parts 2 to `parts` of `mutants ...argv`, each by a process of its own that runs the module at `url`; throws
 * SwitchyardError "harness" with what a process says if it ends without scores.
 */
export async function scoreInProcesses(
  url: string,
  argv: readonly string[],
  parts: number,
): Promise<readonly MutantScore[]> {
  const others = Array.from({ length: parts - 1 }, (_, index) => `${index + 2}/${parts}`);
  const scored = await Promise.all(others.map((shard) => scoreShard(url, [...argv, "--shard", shard])));
  return scored.flat();
}

function scoreShard(url: string, argv: readonly string[]): Promise<readonly MutantScore[]> {
  const words = [...process.execArgv, fileURLToPath(url), "mutants", ...argv, "--workers", "1", "--json"];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, words, { maxBuffer: MAX_OUTPUT_BYTES }, (error, out, err) => {
      if (out !== "") {
        resolve((JSON.parse(out) as { readonly mutants: readonly MutantScore[] }).mutants);
        return;
      }
      const said = err.trim() || String(error?.message);
      const remedy = "Try --workers 1.";
      reject(
        new SwitchyardError("harness", `A process that scores mutants failed: ${said}`, remedy, {
          cause: error,
        }),
      );
    });
  });
}
