/**
 * PostgreSQL's isolationtester, if it is installed.
 */
import { spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { Skipped } from "../bench-case.ts";

const DEBIAN = "/usr/lib/postgresql";
const INSIDE = "lib/pgxs/src/test/isolation/isolationtester";

/** The program: $ISOLATIONTESTER, or that of a Debian package postgresql-NN. Throws Skipped where there is none. */
export function findIsolationtester(): string {
  const given = process.env["ISOLATIONTESTER"];
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN) : [];
  const candidates = [...(given ? [given] : []), ...versions.map((version) => join(DEBIAN, version, INSIDE))];
  const found = candidates.find((file) => existsSync(file));
  if (found === undefined) {
    throw new Skipped(
      "isolationtester is not installed; Debian's package postgresql-15 has it, or name it in ISOLATIONTESTER.",
    );
  }
  return found;
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
