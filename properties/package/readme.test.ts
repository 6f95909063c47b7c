import { test } from "@fast-check/vitest";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EXIT, type ExitCode } from "../../sim/cli/exit-codes.ts";
import { main } from "../../sim/cli/main.ts";
import type { Engine } from "../../sim/engine/port.ts";
import { holds, plans, type Race } from "../../sim/index.ts";
import { sharedEngine } from "../../sim/library/shared-engine.ts";
import { captureTerminal } from "../cli/captured-terminal.ts";
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

let engine: Engine;

beforeAll(async () => {
  engine = await sharedEngine();
});

afterAll(async () => {
  await engine.close();
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
async function explore(file: string): Promise<{ readonly code: ExitCode; readonly out: string }> {
  const terminal = captureTerminal();
  const open = (): Promise<Engine> => Promise.resolve({ ...engine, close: () => Promise.resolve() });
  const argv = ["explore", relative(process.cwd(), file), "--schedules", "60"];
  const code = await main(argv, [], terminal, open);
  return { code, out: terminal.written.out };
}

describe("the first race of the README", () => {
  it("stands with its story in the first 30 lines or so", () => {
    const [, head = ""] = README.split(/^# .*$/m);
    expect(head.slice(0, head.indexOf("4. Here")).split("\n").length).toBeLessThan(36);
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

describe("the first test of the README passes with the mended race", () => {
  type Declare = (...words: readonly unknown[]) => void;
  const { declare } = testModule as { readonly declare: Declare };
  declare(test, plans, holds, seats);
});
