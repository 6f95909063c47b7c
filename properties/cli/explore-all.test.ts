import { describe, expect, it } from "vitest";
import { EXIT } from "../../sim/cli/exit-codes.ts";
import type { Race, Suite } from "../../sim/race/race.ts";
import { counterRace } from "./counter-race.ts";
import { runCommand, type CommandEnd } from "./run-command.ts";

const suite: Suite = {
  name: "counters",
  mustReach: ["add", "add small"],
  answers: ({ name, result }) =>
    "total" in (result as object)
      ? [`${name} ${(result as { total: number }).total < 5 ? "small" : "large"}`]
      : [],
};

const one = counterRace({ name: "test/one", suite });
const other = counterRace({ name: "test/other", suite });
const alone = counterRace({ name: "test/alone" });

function exploreAll(races: readonly Race<any, any>[], ...words: readonly string[]): Promise<CommandEnd> {
  return runCommand(["explore", "--all", "--schedules", "60", ...words], races);
}

describe("explore --all", () => {
  it("explores the races that belong to a suite, and adds up what they reached", async () => {
    const { code, out } = await exploreAll([one, other, alone], "--json");
    expect(code).toBe(EXIT.ok);
    const { races, coverage, wanted, unreached, violated, vacuous } = JSON.parse(out);
    expect(races.map(({ race, schedules }: any) => [race, schedules])).toEqual([
      ["test/one", 60],
      ["test/other", 60],
    ]);
    expect(coverage.map(({ operation, answer }: any) => `${operation} ${answer}`)).toEqual([
      "add large",
      "add small",
    ]);
    const times = coverage.map((row: any) => row.times);
    expect(times[0] + times[1]).toBe(2 * 2 * 60);
    expect(coverage[0].races).toEqual(["test/one", "test/other"]);
    expect({ wanted, unreached, violated, vacuous }).toEqual({
      wanted: 2,
      unreached: [],
      violated: 0,
      vacuous: false,
    });
  });

  it("prints a row for each race and one for each answer", async () => {
    const { code, out } = await exploreAll([one, other]);
    expect(code).toBe(EXIT.ok);
    expect(out).toMatch(/^test\/one +60 +\d+ +\d+ +\d+ +0 +no +\d+$/m);
    expect(out).toMatch(/^add +large +\d+ +one other$/m);
    expect(out).toMatch(/^2 races, 120 schedules, 0 violated; 2 of 2 that must be reached were$/m);
  });

  it("ends with exit code 4 where no race reaches what the suite asks for", async () => {
    const asking = { ...suite, mustReach: [...suite.mustReach, "add nothing", "subtract"] };
    const { code, out } = await exploreAll([counterRace({ name: "test/one", suite: asking }), other]);
    expect(code).toBe(EXIT.vacuous);
    expect(out).toMatch(/^add +nothing +0 +NEVER$/m);
    expect(out).toMatch(/^subtract +0 +NEVER$/m);
    expect(out).toContain('No race reached "subtract".');
    expect(out).toContain("2 of 4 that must be reached were");
  });

  it("ends with exit code 4 where one race by itself is vacuous", async () => {
    const idle = counterRace({ name: "test/idle", suite, mustSee: ["subtract"] });
    const { code, out } = await exploreAll([one, idle]);
    expect(code).toBe(EXIT.vacuous);
    expect(out).toContain('test/idle: "subtract" never came about.');
  });

  it("ends with exit code 1 and the counterexample where a race breaks a promise", async () => {
    const { code, out } = await exploreAll([one, { ...counterRace().mutate(1), name: "test/wrong", suite }]);
    expect(code).toBe(EXIT.violated);
    expect(out).toContain("no-lost-update violated");
    expect(out).toMatch(/^test\/wrong .* in \d+: no-lost-update /m);
  });

  it.each([[["test/one"]], [["--mutant", "1"]], [["--shard", "1/2"]], [["--strategy", "exhaustive"]]])(
    "refuses %j, which belongs to one race",
    async (words) => {
      const { code, err } = await exploreAll([one, other], ...words);
      expect(code).toBe(EXIT.usage);
      expect(err).toContain("belongs to the search of one race");
    },
  );

  it("refuses where no race belongs to a suite", async () => {
    const { code, err } = await exploreAll([alone]);
    expect(code).toBe(EXIT.usage);
    expect(err).toContain("No race belongs to a suite.");
  });
});
