/**
 * The cases in this folder, run on both engines, print what PostgreSQL's own isolationtester printed for them.
 *
 * The expected outputs were made by isolationtester 15 on a PostgreSQL 15 server. What an engine refuses is listed here.
 */
import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Engine } from "../../sim/engine/port.ts";
import { openEngine } from "../../sim/pglite/index.ts";
import { openServerEngine } from "../../sim/postgres/index.ts";
import { parseSpec } from "../../sim/spec/parse-spec.ts";
import { outputHeader, runSpec } from "../../sim/spec/run-spec.ts";
import { keptOpen } from "./kept-open.ts";

const FOLDER = fileURLToPath(new URL("cases/", import.meta.url));
const NAMES = readdirSync(FOLDER)
  .filter((file) => file.endsWith(".spec"))
  .map((file) => file.replace(/\.spec$/, ""));

/** Cases that the in-process engine refuses as a whole, and the word by which it names the reason. */
const REFUSED_IN_PROCESS: Readonly<Record<string, string>> = { serializable: "SERIALIZABLE" };

/**
 * Cases in which the in-process engine is known to differ, and why. The entry goes when the test says that it no longer does.
 */
const DIFFERS_IN_PROCESS: Readonly<Record<string, string>> = {
  "many-rows": "a statement on many rows that waits midway lets go of the rows that it had",
};

function read(file: string): string {
  return readFileSync(FOLDER + file, "utf8");
}

async function outputOf(name: string, engine: Engine): Promise<{ output: string; reasons: string[] }> {
  const spec = parseSpec(read(`${name}.spec`));
  let output = outputHeader(spec);
  const reasons: string[] = [];
  for await (const result of runSpec(spec, name, () => keptOpen(engine))) {
    output += result.output;
    if (result.state !== "ran") reasons.push(`${result.state}: ${result.reason}`);
  }
  return { output, reasons };
}

function describeCases(
  title: string,
  open: () => Promise<Engine>,
  refused: Readonly<Record<string, string>>,
  differs: Readonly<Record<string, string>>,
): void {
  describe(title, () => {
    let engine: Engine;

    beforeAll(async () => {
      engine = await open();
    });

    afterAll(async () => {
      await engine.close();
    });

    it.each(NAMES.filter((name) => !(name in refused) && !(name in differs)))(
      "prints what isolationtester prints for %s",
      async (name) => {
        const { output, reasons } = await outputOf(name, engine);
        expect(reasons).toEqual([]);
        expect(output).toBe(read(`${name}.out`));
      },
    );

    it.each(Object.entries(differs))("still differs in %s: %s", async (name) => {
      const { output, reasons } = await outputOf(name, engine);
      expect(reasons).toEqual([]);
      expect(output).not.toBe(read(`${name}.out`));
    });

    it.each(Object.entries(refused))("refuses %s by the name of %s, and goes on", async (name, word) => {
      const { reasons } = await outputOf(name, engine);
      expect(reasons.length).toBeGreaterThan(0);
      for (const reason of reasons) expect(reason).toMatch(new RegExp(`^refused: .*${word}`, "s"));
      expect((await outputOf("blocks", engine)).reasons).toEqual([]);
    });
  });
}

describeCases("the in-process engine", () => openEngine("text"), REFUSED_IN_PROCESS, DIFFERS_IN_PROCESS);
describeCases("a PostgreSQL server", () => openServerEngine({ values: "text" }), {}, {});
