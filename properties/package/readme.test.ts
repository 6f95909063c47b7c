import { test } from "@fast-check/vitest";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { EXIT } from "../../sim/cli/exit-codes.ts";
import { holds, plans, type Race } from "../../sim/index.ts";
import type { Strategy } from "../../sim/search/strategies/strategy.ts";
import { runCommand, type CommandEnd } from "../cli/run-command.ts";
import { readmeRace } from "./readme-race.ts";

const ROOT = join(import.meta.dirname, "../..");

const README = readFileSync(join(ROOT, "README.md"), "utf8");

const folder = mkdtempSync(join(tmpdir(), "switchyard-readme-"));
/** As the README says how. */
const MENDED = readmeRace().replace('free > 0"', 'free > 0 for update"');
const { default: seats } = (await import(moduleFile("mended.ts", MENDED))) as { readonly default: Race };
const [, testLine = ""] = /^(test\.prop.*)$/m.exec(README) ?? [];
const testModule: unknown = await import(
  moduleFile("declare.mjs", `export const declare = (test, plans, holds, seats) => { ${testLine} };`)
);

afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Writes a module of this text, with this repository in the package's place. */
function moduleFile(name: string, text: string): string {
  const file = join(folder, name);
  const library = pathToFileURL(join(ROOT, "sim/index.ts")).href;
  writeFileSync(file, text.replace('"pg-switchyard"', JSON.stringify(library)));
  return file;
}

/** Explores a module as `npx switchyard explore` does. */
const explore = (file: string, ...options: readonly string[]): Promise<CommandEnd> =>
  runCommand(["explore", relative(process.cwd(), file), "--schedules", "60", ...options]);

describe("the first race of the README", () => {
  it("stands with its story in the first 30 lines", () => {
    const head = README.slice(0, README.indexOf("4. Here"));
    expect(head.split("\n").length).toBeLessThanOrEqual(30);
    expect(readmeRace().trimEnd().split("\n").length).toBeLessThanOrEqual(25);
  });

  it("fails in the way that is told there", async () => {
    const { code, out } = await explore(moduleFile("race.ts", readmeRace()));
    expect(code).toBe(EXIT.violated);
    const [, told = ""] = /```\n( {2}1\. ann[\s\S]*?)```/.exec(README) ?? [];
    expect(told).not.toBe("");
    expect(out).toContain(told.trimEnd());
  });

  it("passes when it is mended as the README says", async () => {
    expect(MENDED).not.toBe(readmeRace());
    expect((await explore(join(folder, "mended.ts"))).code).toBe(EXIT.ok);
  });
});

describe("the worked examples of CONTRIBUTING.md", () => {
  const text = readFileSync(join(ROOT, "CONTRIBUTING.md"), "utf8");
  const [race = "", strategy = "", mutant = ""] = Array.from(
    text.matchAll(/```ts\n\/\/ [^\n]*\n([\s\S]*?)```/g),
    ([, snippet = ""]) => snippet,
  );

  it("have a race that passes, and whose mutant is found", async () => {
    const file = moduleFile("counter.ts", race.replace("../../sim/index.ts", "pg-switchyard"));
    expect((await explore(file)).code).toBe(EXIT.ok);
    const found = await explore(file, "--mutant", "1");
    expect(found.out).toContain("violated: every addition counts");
  });

  it("have a strategy that chooses whoever has made the fewest steps", async () => {
    const { newest } = (await import(moduleFile("newest.ts", strategy))) as { readonly newest: Strategy };
    const { scheduler } = newest.plan({ index: 0, seed: 1, estimate: undefined });
    const enabled = ["ann", "ben"];
    const next = (): number => scheduler.next({ current: undefined, enabled, kind: "step" });
    expect([next(), next(), next(), next()]).toEqual([0, 1, 0, 1]);
  });

  it("have a mutant that is there", () => {
    expect(readFileSync(join(ROOT, "model/mutants/15-default-without-time.ts"), "utf8").trim()).toBe(
      mutant.trim(),
    );
  });
});

describe("the first test of the README passes with the mended race", () => {
  type Declare = (...words: readonly unknown[]) => void;
  const { declare } = testModule as { readonly declare: Declare };
  declare(test, plans, holds, seats);
});
