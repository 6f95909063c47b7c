/**
 * PostgreSQL's isolationtester, if it is installed.
 */
import { spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

const DEBIAN = "/usr/lib/postgresql";
const INSIDE = "lib/pgxs/src/test/isolation/isolationtester";

/** What to tell where it is missing. */
export const NO_ISOLATIONTESTER =
  "isolationtester is not installed, so that nothing is compared with it: Debian's package postgresql-15 has it, or name the program in ISOLATIONTESTER.";

/** The program: $ISOLATIONTESTER, or that of a Debian package postgresql-NN; undefined where there is none. */
export function findIsolationtester(): string | undefined {
  const given = process.env["ISOLATIONTESTER"] ?? "";
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN) : [];
  const candidates = [given, ...versions.map((version) => join(DEBIAN, version, INSIDE))];
  return candidates.find((file) => file !== "" && existsSync(file));
}

/** Runs it on a specification and gives what it wrote. Throws Error where it does not end with 0. */
export async function runIsolationtester(program: string, url: string, spec: string): Promise<string> {
  const child = spawn(program, [url], { stdio: ["pipe", "pipe", "pipe"] });
  let written = "";
  let complaints = "";
  child.stdout.on("data", (chunk: Buffer) => (written += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (complaints += chunk.toString()));
  child.stdin.end(spec);
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (status !== 0) throw new Error(`isolationtester ended with ${status}: ${complaints.trim()}`);
  return written;
}
