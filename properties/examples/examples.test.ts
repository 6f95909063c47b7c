/**
 * Every example's bug is found, every token on the page of the examples tells the story that stands there, and the commands
 * `examples` and `isolation` tell of it.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { EXIT } from "../../sim/cli/exit-codes.ts";
import type { Engine } from "../../sim/engine/port.ts";
import { keptEngine } from "../kept-engine.ts";
import { tellStory } from "../../sim/report/story.ts";
import { replay } from "../../sim/search/replay.ts";
import { createSearcher } from "../../sim/search/searcher.ts";
import { isReproduced, scoreExample } from "../../sim/search/score-example.ts";
import { DEFAULT_STRATEGY } from "../../sim/search/strategies/index.ts";
import { parseToken } from "../../sim/trace/token.ts";
import { runCommand } from "../cli/run-command.ts";
import { suiteSeed } from "../hitl/suite-seed.ts";
import { examples } from "./index.ts";
import { PAGE, storyText } from "./page.ts";
import { doubleBooking } from "./textbook/double-booking.ts";
import { lostUpdate } from "./textbook/lost-update.ts";

const page = readFileSync(join(import.meta.dirname, "../..", PAGE), "utf8");
const tokens = [...page.matchAll(/^sy1:\S+$/gm)].map(([token]) => token);

/** Schedules in which each bug is found, whatever the seed. */
const FOUND_WITHIN = 200;

const mutants = examples.flatMap((race) => race.mutants.map((mutant) => ({ race, mutant, name: race.name })));

const seed = suiteSeed("example races");

let engine: Engine;
beforeAll(async () => {
  engine = await keptEngine();
});

describe("the example races", () => {
  it("are eleven published ones and six of the textbooks, all with a source and on the page", () => {
    const sources = examples.map(({ source }) => source);
    expect(sources.filter((source) => source === "textbook")).toHaveLength(6);
    expect(sources.filter((source) => /^[\w-]+\/[\w-]+#\d+$/.test(source ?? ""))).toHaveLength(11);
    const readme = readFileSync(join(import.meta.dirname, "../../README.md"), "utf8");
    expect(readme).toContain(`# ${examples.length} races told by others`);
    const told = tokens.map(parseToken).map(({ race, mutant }) => `${race} ${mutant}`);
    expect(told).toEqual(mutants.map(({ race, mutant }) => `${race.name} ${mutant.id}`));
  });

  it.each(mutants)("show the bug of $name in a few schedules: $mutant.title", async ({ race, mutant }) => {
    const task = { mutant: mutant.id, seed, strategy: DEFAULT_STRATEGY };
    const searcher = createSearcher(engine, race, task);
    let found = false;
    for (let index = 0; index < FOUND_WITHIN && !found; index += 1) {
      const [run] = await searcher.run([index]);
      found = mutant.violates.some((name) => run?.broken.includes(name) === true);
    }
    expect(found, `seed ${seed}`).toBe(true);
  });

  it.each(tokens)("tell on the page what happens in %s", async (token) => {
    const { race: name, mutant } = parseToken(token);
    const known = mutants.find(({ race, mutant: { id } }) => race.name === name && id === mutant);
    const run = await replay(engine, known?.race as (typeof examples)[number], token);
    const broken = run.violations.map(({ invariant }) => invariant);
    expect(known?.mutant.violates.some((invariant) => broken.includes(invariant))).toBe(true);
    expect(page, "run: npm run examples-page").toContain(storyText(await tellStory(run)));
  });
});

describe("the score of an example", () => {
  const options = { seed: 1, sampled: 20, maxSchedules: 20 };

  it("has the bug found and the fix proven", async () => {
    const score = await scoreExample(engine, doubleBooking, options);
    expect(isReproduced(score)).toBe(true);
    expect(score.fix).toMatchObject({ state: "proven", exhausted: 4, interleavings: "8" });
  });

  it("is not reproduced where the broken variant does not break, and where the fix does", async () => {
    const harmless = { ...doubleBooking, mutate: () => doubleBooking };
    const unfound = await scoreExample(engine, harmless, options);
    expect(unfound.mutants[0]?.state).toBe("survived");
    expect(isReproduced(unfound)).toBe(false);
    const unmended = { ...doubleBooking.mutate(1), mutants: [] };
    const broken = await scoreExample(engine, unmended, options);
    expect(broken.fix).toMatchObject({ state: "broken", invariant: "one-guest-a-night" });
    expect(isReproduced(broken)).toBe(false);
  });

  it("is not reproduced where nothing could have broken", async () => {
    const alone = { ...doubleBooking, mutants: [], actors: () => ({ ann: () => Promise.resolve() }) };
    const { fix } = await scoreExample(
      engine,
      { ...alone, liveness: { ...alone.liveness, check: () => undefined } },
      options,
    );
    expect(fix.state).toBe("vacuous");
  });
});

describe("the command line", () => {
  it("examples prints a row with the source, the bug and the proof, and the token", async () => {
    const { code, out } = await runCommand(
      ["examples", "--only", "lost-update"],
      [lostUpdate, doubleBooking],
    );
    expect(code).toBe(EXIT.ok);
    expect(out).toMatch(
      /^examples\/lost-update +textbook +\d+ +1 +1: the balance is read .* \(all-counted\) +proven: all 4/m,
    );
    expect(out).toMatch(/^sy1:examples\/lost-update:\S+$/m);
    expect(out).toContain("1 example: 1 reproduced with a fix that holds");
  });

  it("examples ends with exit code 1 where a fix breaks", async () => {
    const unmended = { ...lostUpdate.mutate(1), mutants: lostUpdate.mutants, mutate: lostUpdate.mutate };
    const { code, out } = await runCommand(["examples", "--json"], [unmended]);
    expect(code).toBe(EXIT.violated);
    expect(JSON.parse(out)).toMatchObject({
      reproduced: 0,
      examples: [{ race: "examples/lost-update", mutants: [{ state: "found" }], fix: { state: "broken" } }],
    });
  });

  it("examples refuses a name that no example has", async () => {
    const { code, err } = await runCommand(["examples", "--only", "lost"], [lostUpdate]);
    expect(code).toBe(EXIT.usage);
    expect(err).toContain("There is no example lost");
  });

  it("isolation tells of a race and its mutant what each level allows", async () => {
    const argv = ["isolation", "examples/lost-update", "--mutant", "1", "--schedules", "10"];
    const { code, out } = await runCommand(argv, [lostUpdate]);
    expect(code).toBe(EXIT.ok);
    expect(out).toMatch(
      /all-counted +breaks \(\d+\) +breaks \(\d+\) +never \(\d+\); 40001 +never \(\d+\); 40001/,
    );
    expect(out).toMatch(/all-counted, read committed +sy1:examples\/lost-update\.read-committed:\S*mutant=1/);
  });

  it("a name that ends in a level is the race under it", async () => {
    const name = "examples/lost-update.repeatable-read.retry";
    const { code } = await runCommand(
      ["explore", name, "--mutant", "1", "--schedules", "40", "--json"],
      [lostUpdate],
    );
    expect(code).toBe(EXIT.ok);
  });
});
