/**
 * The command line in a process of its own: what must be the same there cannot rest on anything that this process keeps.
 */
import { execFile } from "node:child_process";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "../..");

/** What a command printed, and its exit code. */
export interface Printed {
  readonly code: number;
  readonly json: any;
}

/** Runs `switchyard ... --json` in a new process. Rejects if it prints no JSON. */
export function switchyard(...argv: readonly string[]): Promise<Printed> {
  return runProgram("properties/switchyard.js", ...argv);
}

/** The same with another compiled program over the command line, a path below dist/. */
export function runProgram(program: string, ...argv: readonly string[]): Promise<Printed> {
  const words = [join("dist", program), ...argv, "--json"];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, words, { cwd: ROOT, maxBuffer: 1 << 26 }, (error, out, err) => {
      const code = error === null ? 0 : error.code;
      if (typeof code !== "number" || out === "") reject(new Error(`exit ${code}: ${err}`, { cause: error }));
      else resolve({ code, json: JSON.parse(out) });
    });
  });
}
