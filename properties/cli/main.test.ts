import { describe, expect, it } from "vitest";
import { EXIT } from "../../sim/cli/exit-codes.ts";
import type { Race } from "../../sim/race/race.ts";
import { keptEngine } from "../kept-engine.ts";
import { captureTerminal } from "./captured-terminal.ts";
import { runCommand, type CommandEnd } from "./run-command.ts";
import { counterRace } from "./counter-race.ts";

const BOOT_MS = 60_000;

const run = (
  argv: readonly string[],
  races: readonly Race<any, any>[] = [counterRace()],
  watched = false,
): Promise<CommandEnd> => runCommand(argv, races, keptEngine, captureTerminal(watched));

describe("a command line that cannot be understood", () => {
  it.each([
    [["explore", "--schedules", "0"], /--schedules.*whole number of 1 or more/],
    [["explore", "--schedules", "abc"], /--schedules.*whole number/],
    [["explore", "--schedules", "1e3"], /--schedules.*whole number/],
    [["explore", "--seconds", "-1"], /--seconds.*above 0/],
    [["explore", "--seed", "4294967296"], /--seed.*from 0 to 4294967295/],
    [["explore", "--mutant", "77"], /no mutant 77.*mutants are 1;/],
    [["explore", "--nonsense"], /unknown option '--nonsense'.*--help/],
    [
      ["explore", "test/conter"],
      /no race called "test\/conter".*Did you mean test\/counter, or the path of a race module\?/,
    ],
    [["replay", "sy1:test/counter:seed=1:c=00000000"], /damaged: its checksum/],
    [["replay", "sy7:test/counter:seed=1:c=00000000"], /sy7.*reads sy1/],
    [["replay"], /missing required argument 'token'/],
    [["nonsense"], /no command "nonsense".*--help/],
    [[], /no command given.*--help/],
  ])("%j ends with exit code 2, one line, no stack and nothing on standard output", async (argv, message) => {
    const { code, out, err } = await run(argv);
    expect(code).toBe(EXIT.usage);
    expect(err).toMatch(/^switchyard: [^\n]+\n$/);
    expect(err).toMatch(message);
    expect(out).toBe("");
  });

  it("tells the stack if it is asked for it", async () => {
    const { err } = await run(["explore", "no/race", "--trace-errors"]);
    expect(err).toMatch(/^switchyard: .*\n[^]*at findRace/);
  });
});

describe("list", () => {
  it("names races, mutants and invariants", async () => {
    const { code, out } = await run(["list"]);
    expect(code).toBe(EXIT.ok);
    for (const word of [
      "test/counter",
      "no-lost-update",
      "growth",
      "liveness",
      "the row is read without a lock",
    ]) {
      expect(out).toContain(word);
    }
  });
});

describe("--help", () => {
  it("names the commands and the exit codes", async () => {
    const { code, out } = await run(["--help"]);
    expect(code).toBe(EXIT.ok);
    for (const word of ["explore", "replay", "list", "4 vacuous"]) expect(out).toContain(word);
  });
});

describe("explore", { timeout: BOOT_MS }, () => {
  it("ends with exit code 0 and a summary where nothing is violated", async () => {
    const { code, out, err } = await run(["explore", "--schedules", "50", "--seed", "7"]);
    expect(err).toBe("");
    expect(out).toMatch(/^schedules +50$/m);
    expect(out).toMatch(/^seed +7$/m);
    expect(out).toMatch(/^violations +0$/m);
    expect(code).toBe(EXIT.ok);
  });

  it("prints one JSON object with --json, the same for the same seed but for the speed", async () => {
    const argv = ["explore", "test/counter", "--schedules", "30", "--json"];
    const one = await run(argv);
    const { schedulesPerSecond: _one, ...report } = JSON.parse(one.out);
    const { schedulesPerSecond: _other, ...again } = JSON.parse((await run(argv)).out);
    expect(one.code).toBe(EXIT.ok);
    expect(report).toEqual(again);
    expect(report).toMatchObject({
      race: "test/counter",
      seed: 1,
      schedules: 30,
      violations: [],
      vacuous: false,
    });
    expect(report.waits).toBeGreaterThan(0);
    expect(report.preemptions).toBeGreaterThan(0);
    expect(report.distinctSchedules).toBeGreaterThan(3);
  });

  it("finds the mutant's lost update with one preemption, and its token replays to the same hash", async () => {
    const found = await run(["explore", "--mutant", "1", "--json"]);
    const [violation, ...others] = JSON.parse(found.out).violations;
    expect(found.code).toBe(EXIT.violated);
    expect(others).toEqual([]);
    expect(violation).toMatchObject({ invariant: "no-lost-update", preemptions: 1 });
    expect(violation.message).toBe("The counter is 1, not 2.");
    expect(violation.token).toContain("test/counter");
    expect(violation.token).toContain("mutant=1");
    const replayed = await run(["replay", violation.token, "--json"]);
    expect(replayed.code).toBe(EXIT.violated);
    expect(JSON.parse(replayed.out)).toMatchObject({
      traceHash: violation.traceHash,
      preemptions: 1,
      steps: violation.steps,
      story: violation.story,
    });
  });

  it("prints story, table and the line that replays it", async () => {
    const { out } = await run(["explore", "--mutant", "1"]);
    expect(out).toContain("no-lost-update violated: Every addition counts.");
    expect(out).toMatch(/^ +1\. (alice|bob), in add, read counter/m);
    expect(out).toMatch(/^step +ms +session/m);
    expect(out).toMatch(/^ {2}npm run -s switchyard -- replay sy1:test\/counter:seed=\d+:mutant=1:/m);
  });

  it("calls a race in which nobody can meet vacuous and ends with exit code 4", async () => {
    const race = counterRace();
    const alone = counterRace({ actors: (data) => ({ alice: race.actors(data)["alice"]! }), atEnd: [] });
    const { code, out } = await run(["explore", "--schedules", "5"], [{ ...alone, mustSee: ["subtract"] }]);
    expect(code).toBe(EXIT.vacuous);
    expect(out).toContain("No statement ever waited");
    expect(out).toContain("No session was ever preempted");
    expect(out).toContain('"subtract" never came about');
  });

  it("ends with exit code 3 where an actor keeps state between runs", async () => {
    let runs = 0;
    const race = counterRace();
    const forgetful = counterRace({
      actors: (data) => {
        runs += 1;
        return race.actors({ amount: data.amount + runs });
      },
      atEnd: [],
    });
    const { code, err } = await run(["explore", "--schedules", "5"], [forgetful]);
    expect(err).toMatch(/^switchyard: Two runs of sy1:\S+ are not the same\..*context[^\n]*\n$/);
    expect(code).toBe(EXIT.nondeterministic);
  });

  it("ends with exit code 2 and one line where the race's setup throws", async () => {
    const broken = counterRace({ setup: () => Promise.reject(new Error("no such thing as a counter")) });
    const { code, err } = await run(["explore", "--schedules", "5"], [broken]);
    expect(err).toMatch(/^switchyard: [^\n]*no such thing as a counter[^\n]*\n$/);
    expect(code).toBe(EXIT.usage);
  });

  it("rewrites one line on a terminal and removes it at the end", async () => {
    const { err } = await run(["explore", "--schedules", "20"], undefined, true);
    expect(err).toMatch(/of 20 schedules/);
    expect(err).not.toContain("\n");
    expect(err.endsWith("\r\u001b[K")).toBe(true);
  });
});
