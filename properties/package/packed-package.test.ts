import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EXIT } from "../../sim/cli/exit-codes.ts";
import { buildPackage } from "./build-package.ts";
import { checkRaceTypes, pack, run, switchyardIn } from "./packed-package.ts";

const ROOT = join(import.meta.dirname, "../..");
const MANIFEST = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
const folder = mkdtempSync(join(tmpdir(), "switchyard-packed-"));
const stage = join(folder, "stage");
const project = join(folder, "project");

/** Builds, packs and installs without a registry: dependencies are those that the package names, as they are installed here. */
beforeAll(() => {
  for (const path of ["package.json", "README.md", "LICENSE", ...MANIFEST.files])
    if (path !== "dist") cpSync(join(ROOT, path), join(stage, path));
  buildPackage(join(stage, "dist"));
  const tarball = pack(stage, folder, "--ignore-scripts");
  const installed = join(project, "node_modules", MANIFEST.name);
  mkdirSync(installed, { recursive: true });
  run("tar", ["-xzf", tarball, "-C", installed, "--strip-components", "1"], folder);
  mkdirSync(join(project, "node_modules/.bin"));
  symlinkSync(join(installed, MANIFEST.bin.switchyard), join(project, "node_modules/.bin/switchyard"));
  // The types of Node come with those of pg.
  for (const name of [...Object.keys(MANIFEST.dependencies), "@types/node"]) {
    const link = join(project, "node_modules", name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(ROOT, "node_modules", name), link);
  }
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe("the packed package in an empty project", () => {
  it("has the types that the README's race module needs", () => {
    expect(() => checkRaceTypes(project)).not.toThrow();
  });

  it("explores that module, and finds its bug", () => {
    const words = ["--schedules", "5", "--workers", "1", "--max-failing", "1"];
    const { status, stdout } = switchyardIn(project, "explore", "race.ts", ...words);
    expect(stdout).toContain("npx switchyard replay sy1:./race.ts:");
    expect(status).toBe(EXIT.violated);
  });
});
