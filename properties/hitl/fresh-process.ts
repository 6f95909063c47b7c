/**
 * The command line in a process of its own: what must be the same there cannot rest on anything that this process keeps.
 */
import { execFile } from "node:child_process";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "../..");

/** What `switchyard ... --json` prints in a new process, and its exit code. Rejects if it prints no JSON. */
export function switchyard(
  ...argv: readonly string[]
): Promise<{ readonly code: number; readonly json: any }> {
  const program = ["--import", "tsx", "properties/switchyard.ts", ...argv, "--json"];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, program, { cwd: ROOT, maxBuffer: 1 << 26 }, (error, out, err) => {
      const code = error === null ? 0 : error.code;
      if (typeof code !== "number" || out === "") reject(new Error(`exit ${code}: ${err}`, { cause: error }));
      else resolve({ code, json: JSON.parse(out) });
    });
  });
}
