/**
 * Every counterexample in this folder is replayed. Of a mutant it must still break its invariant: the harness would no longer catch the
 * mutant otherwise. Of the reference it must keep it: the mistake was corrected, and has not come back.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { Engine } from "../../sim/engine/port.ts";
import { keptEngine } from "../kept-engine.ts";
import { replayRegression, type Regression } from "../../sim/search/regression.ts";
import { formatToken, parseToken } from "../../sim/trace/token.ts";
import { races } from "../races/index.ts";

const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith(".json"));
const regressions = files.map((file) => {
  const regression = JSON.parse(readFileSync(join(import.meta.dirname, file), "utf8")) as Regression;
  return { file, regression };
});

let engine: Engine;

beforeAll(async () => {
  engine = await keptEngine();
});

describe("the regressions", () => {
  it("cover the mutants with which the harness began", () => {
    const covered = regressions.map(({ regression }) => regression.mutant);
    expect(covered).toEqual(expect.arrayContaining([1, 4, 5, 7, 9]));
  });

  it.each(regressions)("$file replays, and its promise is as it should be", async ({ file, regression }) => {
    const result = await replayRegression(engine, races, regression);
    if (result.state === "unfit") expect.fail(`${file}: ${result.advice}`);
    expect(result.state).toBe(regression.mutant === undefined ? "kept" : "broken");
    expect(parseToken(regression.token)).toMatchObject({ race: regression.race, mutant: regression.mutant });
  });
});

describe("a token that no longer fits the code", () => {
  it("says so, and how to find the race anew", async () => {
    const { regression } = regressions.find(({ file }) => file.includes("mutant-9-I4"))!;
    const { steps, ...parts } = parseToken(regression.token);
    const token = formatToken({ ...parts, steps: [...steps.slice(0, 5), "nobody", ...steps.slice(5)] });
    const result = await replayRegression(engine, races, { ...regression, token });
    expect(result.state).toBe("unfit");
    const { advice } = result as { readonly advice: string };
    expect(advice).toMatch(/no longer fits the code.*choice 6: the token names nobody/);
    expect(advice).toContain(
      `explore hitl/park-respond-sweep --mutant 9 --strategy ${regression.strategy} --seed ${regression.seed}`,
    );
    for (const line of regression.story) expect(advice).toContain(line);
  });
});
