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

function describeCases(title: string, open: () => Promise<Engine>): void {
  describe(title, () => {
    let engine: Engine;

    beforeAll(async () => {
      engine = await open();
    });

    afterAll(async () => {
      await engine.close();
    });

    it.each(NAMES)("prints what isolationtester prints for %s", async (name) => {
      const { output, reasons } = await outputOf(name, engine);
      expect(reasons).toEqual([]);
      expect(output).toBe(read(`${name}.out`));
    });
  });
}

describeCases("the in-process engine", () => openEngine("text"));
describeCases("a PostgreSQL server", () => openServerEngine({ values: "text" }));
