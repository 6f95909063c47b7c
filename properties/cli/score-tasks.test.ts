import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { scoreTasks, type Scoring } from "../../sim/cli/score-tasks.ts";
import { keptEngine } from "../kept-engine.ts";
import { captureTerminal } from "./captured-terminal.ts";

const folder = mkdtempSync(join(tmpdir(), "switchyard-score-"));

/** A program that scores every n-th of ten letters, from its part on. */
const PROGRAM = `
const [part, parts] = process.argv[process.argv.indexOf("--shard") + 1].split("/").map(Number);
const scores = [..."abcdefghij"].filter((_, index) => index % parts === part - 1);
console.log(JSON.stringify({ scores: scores.map((letter) => letter + part) }));
`;

afterAll(() => {
  rmSync(folder, { recursive: true });
});

function score(over: Partial<Scoring<string, string, { readonly scores: readonly string[] }>>) {
  const program = join(folder, "program.mjs");
  writeFileSync(program, PROGRAM);
  const scoring = {
    tasks: [..."abcdefghij"],
    engine: "pglite",
    shard: undefined,
    workers: 3,
    argv: [],
    scoresIn: ({ scores }) => scores,
    nameOf: (letter) => letter,
    score: (_engine, letter) => Promise.resolve(`${letter}1`),
    ...over,
  } satisfies Scoring<string, string, { readonly scores: readonly string[] }>;
  const url = pathToFileURL(program).href;
  return scoreTasks(scoring, { terminal: captureTerminal(), open: keptEngine, url });
}

describe("the scores of several processes", () => {
  it("come in the order of the tasks, each from the process that had it", async () => {
    expect((await score({})).join(" ")).toBe("a1 b2 c3 d1 e2 f3 g1 h2 i3 j1");
  });

  it("are those of one part only where a part is asked for, or there is one process", async () => {
    expect(await score({ shard: { part: 2, parts: 4 } })).toEqual(["b1", "f1", "j1"]);
    expect((await score({ workers: 0 })).join("")).toBe("a1b1c1d1e1f1g1h1i1j1");
  });
});
