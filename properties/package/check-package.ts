/**
 * `npm run check:package`: what a user gets. Packs the tarball, lints it (publint, attw), installs it into an empty directory, checks
 * there the types of the README's race module, explores it, and replays its token. It needs the registry, or npm's cache.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readmeRace } from "./readme-race.ts";

const ROOT = join(import.meta.dirname, "../..");

/** Without dependencies. */
const MAX_PACKED_BYTES = 1_000_000;

/** A README's first race is read in one go. */
const MAX_RACE_LINES = 30;

const TSC = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2023", "race.ts"];

const project = mkdtempSync(join(tmpdir(), "switchyard-package-"));
try {
  const tarball = pack();
  checkTarball(tarball);
  run("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", tarball], project);
  check(true, "it installs into an empty directory");
  checkRaceModule();
} finally {
  rmSync(project, { recursive: true });
}

/** Packs into the empty project; the tarball's path. */
function pack(): string {
  const told = run("npm", ["pack", "--json", "--pack-destination", project], ROOT);
  const [packed] = JSON.parse(told.slice(told.indexOf("[\n"))) as readonly { readonly filename: string }[];
  return join(project, packed?.filename ?? "");
}

function checkTarball(tarball: string): void {
  const { size } = statSync(tarball);
  check(size < MAX_PACKED_BYTES, `the tarball has ${size} bytes, less than ${MAX_PACKED_BYTES}`);
  run("npx", ["publint", "run", tarball, "--strict"], ROOT);
  run("npx", ["attw", tarball, "--profile", "esm-only"], ROOT);
  check(true, "publint and attw find nothing");
}

function checkRaceModule(): void {
  const text = readmeRace();
  const lines = text.trimEnd().split("\n").length;
  check(lines <= MAX_RACE_LINES, `the README's race module has ${lines} lines`);
  writeFileSync(join(project, "race.ts"), text);
  run(process.execPath, [join(ROOT, "node_modules/typescript/bin/tsc"), ...TSC], project);
  check(true, "its types are right");
  const explored = spawnSync("npx", ["switchyard", "explore", "race.ts"], { cwd: project, encoding: "utf8" });
  check(explored.status === 1, `explore ends with exit code ${explored.status}${explored.stderr}`);
  const token = /npx switchyard replay (\S+)/.exec(explored.stdout)?.[1] ?? "";
  const replayed = spawnSync("npx", ["switchyard", "replay", token], { cwd: project, encoding: "utf8" });
  check(replayed.status === 1, `replay of ${token} ends with exit code ${replayed.status}`);
  check(/^ +1\. /m.test(replayed.stdout), "it tells the story");
}

/** What a command printed; throws with it if it fails. */
function run(command: string, words: readonly string[], cwd: string): string {
  try {
    return execFileSync(command, words, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  } catch (error) {
    const { stdout, stderr } = error as { readonly stdout?: string; readonly stderr?: string };
    throw new Error(`${command} ${words.join(" ")} failed:\n${stdout ?? ""}${stderr ?? ""}`, {
      cause: error,
    });
  }
}

function check(holds: boolean, what: string): void {
  if (!holds) throw new Error(`package: ${what}`);
  process.stdout.write(`package: ${what}\n`);
}
