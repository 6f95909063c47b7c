/**
 * The package as a user gets it: packed, and tried in a project that has nothing else.
 */
import { execFileSync, spawnSync, type SpawnSyncReturns } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { readmeRace } from "./readme-race.ts";

const ROOT = join(import.meta.dirname, "../..");
const TSC = join(ROOT, "node_modules/typescript/bin/tsc");

/** Packs the package of `folder` with `npm pack` and these further options; the tarball is put into `into`, and its path given. */
export function pack(folder: string, into: string, ...options: readonly string[]): string {
  const told = run("npm", ["pack", "--json", "--pack-destination", into, ...options], folder);
  const [packed] = JSON.parse(told.slice(told.indexOf("[\n"))) as readonly { readonly filename: string }[];
  return join(into, packed?.filename ?? "");
}

/** Writes the README's race module to `race.ts` of a project that has the package, and checks its types there; throws what is wrong. */
export function checkRaceTypes(project: string): void {
  writeFileSync(join(project, "race.ts"), readmeRace());
  const options = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2023"];
  run(process.execPath, [TSC, ...options, "race.ts"], project);
}

/** The command that `npx switchyard` runs in that project, with these words. */
export function switchyardIn(project: string, ...words: readonly string[]): SpawnSyncReturns<string> {
  const command = join(project, "node_modules/.bin/switchyard");
  return spawnSync(command, words, { cwd: project, encoding: "utf8" });
}

/** What a command printed; throws with it if it fails. */
export function run(command: string, words: readonly string[], cwd: string): string {
  try {
    return execFileSync(command, words, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  } catch (error) {
    const { stdout, stderr } = error as { readonly stdout?: string; readonly stderr?: string };
    throw new Error(`${command} ${words.join(" ")} failed:\n${stdout ?? ""}${stderr ?? ""}`, {
      cause: error,
    });
  }
}
