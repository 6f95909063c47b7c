/**
 * `npm run check:package`: what a user gets. Packs the tarball, lints it (publint, attw), installs it into an empty directory, checks
 * there the types of the README's race module, explores it, and replays its token. It needs the registry, or npm's cache; what can be
 * tried without is a test (packed-package.test.ts).
 */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkRaceTypes, switchyardIn, pack, run } from "./packed-package.ts";

const ROOT = join(import.meta.dirname, "../..");

/** Without dependencies. */
const MAX_PACKED_BYTES = 1_000_000;

const project = mkdtempSync(join(tmpdir(), "switchyard-package-"));
try {
  const tarball = pack(ROOT, project);
  checkTarball(tarball);
  run("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", tarball], project);
  check(true, "it installs into an empty directory");
  checkRaceModule();
} finally {
  rmSync(project, { recursive: true });
}

function checkTarball(tarball: string): void {
  const { size } = statSync(tarball);
  check(size < MAX_PACKED_BYTES, `the tarball has ${size} bytes, less than ${MAX_PACKED_BYTES}`);
  run("npx", ["publint", "run", tarball, "--strict"], ROOT);
  run("npx", ["attw", tarball, "--profile", "esm-only"], ROOT);
  check(true, "publint and attw find nothing");
}

function checkRaceModule(): void {
  checkRaceTypes(project);
  check(true, "the types of the README's race module are right");
  const explored = switchyardIn(project, "explore", "race.ts");
  check(explored.status === 1, `explore ends with exit code ${explored.status}${explored.stderr}`);
  const token = /npx switchyard replay (\S+)/.exec(explored.stdout)?.[1] ?? "";
  const replayed = switchyardIn(project, "replay", token);
  check(replayed.status === 1, `replay of ${token} ends with exit code ${replayed.status}`);
  check(/^ +1\. /m.test(replayed.stdout), "it tells the story");
}

function check(holds: boolean, what: string): void {
  if (!holds) throw new Error(`package: ${what}`);
  process.stdout.write(`package: ${what}\n`);
}
