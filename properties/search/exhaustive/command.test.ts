/**
 * `explore --strategy exhaustive` on the command line.
 */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { EXIT } from "../../../sim/cli/exit-codes.ts";
import { main } from "../../../sim/cli/main.ts";
import type { Race } from "../../../sim/race/race.ts";
import type { ExhaustiveJson } from "../../../sim/report/exhaustive-report.ts";
import { keptEngine } from "../../kept-engine.ts";
import { captureTerminal } from "../../cli/captured-terminal.ts";
import { counterRace } from "../../cli/counter-race.ts";
import { parkRespondSweep } from "../../races/park-respond-sweep.ts";

const race = counterRace({ exhaustive: { one: { amount: 1 }, two: { amount: 2 } } });

async function run(argv: readonly string[], races: readonly Race<any, any>[] = [race]) {
  const terminal = captureTerminal(false);
  const code = await main(["explore", ...argv], races, terminal, keptEngine);
  return { code, ...terminal.written };
}

async function json(argv: readonly string[], races?: readonly Race<any, any>[]) {
  const { code, out } = await run([...argv, "--strategy", "exhaustive", "--json"], races);
  return { code, report: JSON.parse(out) as ExhaustiveJson };
}

describe("explore --strategy exhaustive", () => {
  it("explores all data that the race names, and says that nothing is left", async () => {
    const { code, report } = await json([]);
    expect(code).toBe(EXIT.ok);
    expect(report).toMatchObject({
      race: race.name,
      strategy: "exhaustive",
      exhausted: true,
      violations: [],
    });
    expect(report.configurations.map(({ configuration }) => configuration)).toEqual(["one", "two"]);
    const [one, two] = report.configurations;
    expect(one).toMatchObject({ data: { amount: 1 }, exhausted: true, classes: two?.classes });
    expect(Number(one?.interleavings)).toBeGreaterThanOrEqual(one?.classes ?? Infinity);
    expect(report.schedules).toBe((one?.schedules ?? 0) + (two?.schedules ?? 0));
  });

  it("tells how far it came, for a person", async () => {
    const { out } = await run(["--strategy", "exhaustive", "--configuration", "two"]);
    expect(out).toMatch(/^two: explored \d+ schedules, \d+ classes, of \d+ interleavings; finished$/m);
    expect(out).toMatch(/^exhausted +yes$/m);
  });

  it("is not finished where a bound ends it", async () => {
    const { code, report } = await json(["--schedules", "1"]);
    expect(code).toBe(EXIT.ok);
    expect(report).toMatchObject({ exhausted: false, schedules: 2 });
  });

  it("finds a mutant's violation with the fewest preemptions within a budget, and its token replays", async () => {
    const without = await json(["--mutant", "1", "--preemptions", "0"]);
    expect(without).toMatchObject({ code: EXIT.ok, report: { exhausted: true, preemptionBound: 0 } });
    const { code, report } = await json(["--mutant", "1", "--preemptions", "1"]);
    expect(code).toBe(EXIT.violated);
    const [violation] = report.violations;
    expect(violation).toMatchObject({ invariant: "no-lost-update", preemptions: 1 });
    expect(violation?.token).toContain(":clock=still:");
    const terminal = captureTerminal(false);
    expect(await main(["replay", violation?.token ?? "", "--json"], [race], terminal, keptEngine)).toBe(
      EXIT.violated,
    );
    expect(JSON.parse(terminal.written.out)).toMatchObject({ traceHash: violation?.traceHash });
  });

  it("writes a page for each counterexample, and refuses what it does not know", async () => {
    const folder = await mkdtemp(join(tmpdir(), "switchyard-exhaustive-"));
    const file = join(folder, "page.html");
    const { code, report } = await json(["--mutant", "1", "--report", file]);
    expect(code).toBe(EXIT.violated);
    expect(await readFile(file, "utf8")).toContain(report.violations[0]?.token);
    await rm(folder, { recursive: true });
    for (const option of [
      ["--save", folder],
      ["--shard", "1/2"],
      ["--workers", "2"],
    ]) {
      const refused = await run([...option, "--strategy", "exhaustive"]);
      expect(refused).toMatchObject({
        code: EXIT.usage,
        err: expect.stringContaining("exhaustive search runs in one thread"),
      });
    }
  });

  it("takes the data that the seed draws where the race names none", async () => {
    const { report } = await json(["--seed", "3"], [counterRace()]);
    expect(report.configurations.map(({ configuration }) => configuration)).toEqual(["drawn from the seed"]);
  });

  it("explores a park, a response and a sweep at the deadline, with the ask before them, to the end", async () => {
    const configuration = ["--configuration", "a response and a sweep"];
    const { code, report } = await json(configuration, [parkRespondSweep]);
    expect(code).toBe(EXIT.ok);
    expect(report).toMatchObject({ exhausted: true, failingSchedules: 0, interleavings: "340943" });
  });

  it.each([
    [["--strategy", "exhaustive", "--configuration", "three"], /no configuration "three".*"one", "two"/],
    [["--preemptions", "1"], /belong to exhaustive search.*--strategy exhaustive/],
    [["--strategy", "exhaustive", "--preemptions", "1", "--delays", "1"], /cannot be used with/],
    [["--strategy", "exhaustive", "--delays", "-1"], /--delays.*whole number/],
  ])("%j ends with exit code 2 and one line", async (argv, message) => {
    const { code, err } = await run(argv);
    expect(code).toBe(EXIT.usage);
    expect(err).toMatch(/^switchyard: [^\n]+\n$/);
    expect(err).toMatch(message);
  });
});
