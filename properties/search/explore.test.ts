import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EXIT } from "../../sim/cli/exit-codes.ts";
import type { Engine } from "../../sim/engine/port.ts";
import { keptEngine } from "../kept-engine.ts";
import { explore, exploreWith } from "../../sim/search/explore.ts";
import type { Regression } from "../../sim/search/regression.ts";
import { replay } from "../../sim/search/replay.ts";
import { runOrder } from "../../sim/search/run-order.ts";
import { createSearcher, type Searcher } from "../../sim/search/searcher.ts";
import { runCommand, type CommandEnd } from "../cli/run-command.ts";
import { shrink } from "../../sim/search/shrink.ts";
import { counterRace, type CounterData } from "../cli/counter-race.ts";
import { runProgram } from "../hitl/fresh-process.ts";
import { parkRespondSweep } from "../races/park-respond-sweep.ts";

let engine: Engine;
let directory: string;

beforeAll(async () => {
  engine = await keptEngine();
  directory = await mkdtemp(join(tmpdir(), "switchyard-"));
});

afterAll(async () => {
  await rm(directory, { recursive: true });
});

/** The command line over the counter race, on the engine of this file. */
const run = (...argv: readonly string[]): Promise<CommandEnd> => runCommand(argv, [counterRace()]);

const withoutSpeed = (text: string) => {
  const { schedulesPerSecond: _speed, ...report } = JSON.parse(text);
  return report;
};

describe("a search in shards", () => {
  it.each([[], ["--mutant", "1", "--max-failing", "1000"]])(
    "adds up to the search without shards, its counts and coverage exactly (%j)",
    async (...more) => {
      const argv = ["explore", "--schedules", "61", "--json", ...more];
      const whole = withoutSpeed((await run(...argv)).out);
      const files: string[] = [];
      for (const part of [3, 1, 2]) {
        const file = join(directory, `shard-${part}.json`);
        await writeFile(file, (await run(...argv, "--shard", `${part}/3`)).out);
        files.push(file);
      }
      const merged = await run("merge", ...files, "--json");
      const { violations, ...counts } = withoutSpeed(merged.out);
      const { violations: known, ...wholeCounts } = whole;
      expect(counts).toEqual(wholeCounts);
      expect(counts.schedules).toBe(61);
      const found = ({ invariant, schedules, preemptions }: Readonly<Record<string, unknown>>) => ({
        invariant,
        schedules,
        preemptions,
      });
      expect(violations.map(found)).toEqual(known.map(found));
      expect(merged.code).toBe(known.length > 0 ? EXIT.violated : EXIT.ok);
      const text = await run("merge", ...files);
      expect(text.out).toMatch(/^schedules +61$/m);
    },
  );

  it("is refused with one line where a shard is missing, there twice, or of another search", async () => {
    const write = async (name: string, ...argv: readonly string[]): Promise<string> => {
      const file = join(directory, name);
      await writeFile(file, (await run("explore", "--schedules", "6", "--json", ...argv)).out);
      return file;
    };
    const one = await write("one.json", "--shard", "1/2");
    const two = await write("two.json", "--shard", "2/2");
    const other = await write("other.json", "--shard", "2/2", "--seed", "5");
    const whole = await write("whole.json");
    for (const [files, message] of [
      [[one], /of 2 shards these are missing: 2/i],
      [[one, two, two], /twice/],
      [[one, other], /their seed differs/],
      [[whole], /not the report of a shard/],
      [[join(directory, "no.json")], /Cannot read .*no\.json/],
    ] as const) {
      const { code, err } = await run("merge", ...files);
      expect(code).toBe(EXIT.usage);
      expect(err).toMatch(message);
      expect(err).toMatch(/^switchyard: [^\n]+\n$/);
    }
    expect((await run("merge", two, one)).code).not.toBe(EXIT.usage);
  });
});

describe("a search with several workers", () => {
  it("reports what one worker reports, counterexamples too, in threads of another process", async () => {
    const argv = ["explore", "--mutant", "1", "--schedules", "60", "--max-failing", "7"];
    const [one, two] = await Promise.all(
      ["1", "2"].map((workers) =>
        runProgram("properties/examples/booking.js", ...argv, "--workers", workers),
      ),
    );
    const { schedulesPerSecond: _one, ...alone } = one!.json;
    const { schedulesPerSecond: _two, ...shared } = two!.json;
    expect(shared).toEqual(alone);
    expect(shared).toMatchObject({ endedEarly: true, failingSchedules: 7 });
    expect(shared.violations[0].invariant).toBe("no-overbooking");
    expect(two!.code).toBe(EXIT.violated);
  });

  it("ends at the same run, whichever worker is faster", async () => {
    const race = counterRace();
    const task = { mutant: 1, seed: 3, strategy: "mixed" } as const;
    const slow = (turns: number): Searcher => {
      const searcher = createSearcher(engine, race, task);
      return {
        ...searcher,
        async run(indices) {
          for (let turn = 0; turn < turns; turn += 1) await new Promise(setImmediate);
          return (await queued(() => searcher.run(indices))) as never;
        },
      };
    };
    let last: Promise<unknown> = Promise.resolve();
    const queued = (body: () => Promise<unknown>): Promise<unknown> => (last = last.then(body));
    const options = { schedules: 200, seed: 3, mutant: 1, maxFailing: 5 };
    const reports = [
      await explore(engine, race, options),
      await exploreWith([slow(0), slow(50)], race, options),
      await exploreWith([slow(50), slow(0), slow(9)], race, options),
    ];
    expect(reports[0]!.endedEarly).toBe(true);
    for (const { traceHash, schedules } of reports) {
      expect({ traceHash, schedules }).toEqual({
        traceHash: reports[0]!.traceHash,
        schedules: reports[0]!.schedules,
      });
    }
  });

  it("is refused where the program cannot be run in threads", async () => {
    const { code, err } = await run("explore", "--workers", "2");
    expect(code).toBe(EXIT.usage);
    expect(err).toMatch(/cannot search with several workers.*runProgram/);
  });
});

describe("the self-check", () => {
  it("makes one run in a hundred again, and names the first step that differs", async () => {
    const race = counterRace();
    let runs = 0;
    const forgetful = counterRace({
      actors: (data: CounterData) => {
        runs += 1;
        return race.actors({ amount: runs > 50 ? data.amount + runs : data.amount });
      },
      invariants: [],
      atEnd: [],
    });
    const search = explore(engine, forgetful, { schedules: 150, seed: 1 });
    await expect(search).rejects.toMatchObject({
      code: "nondeterministic",
      message: expect.stringMatching(
        /differ first at step \d+ \((alice|bob)\), in its action: .*update counter/,
      ),
    });
    expect(runs).toBeGreaterThanOrEqual(101);
  });
});

describe("possible deadlocks", () => {
  it("are found in the mutant that takes its locks in another order, and not in the reference", async () => {
    const options = { schedules: 40, seed: 1, maxFailing: 1000, strategy: "calm" } as const;
    const searcher = { ...createSearcher(engine, parkRespondSweep, { ...options, mutant: 4 }) };
    const noShrink: Searcher = {
      ...searcher,
      shrink: async () => ({ violations: [], shrinkBoundReached: false }),
    };
    const mutant = await exploreWith([noShrink], parkRespondSweep, { ...options, mutant: 4 });
    const reference = await explore(engine, parkRespondSweep, options);
    expect(mutant.lockCycles.map(({ locks }) => locks)).toEqual([["hitl_detail", "task_instance"]]);
    expect(reference.lockCycles).toEqual([]);
    expect(reference.lockOrder.length).toBeGreaterThan(0);
  });
});

describe("a counterexample", () => {
  it("is one and the same whichever failing run of a strategy it is shrunk from, and shrinks no further", async () => {
    const race = counterRace();
    const tokens = new Set<string>();
    for (const strategy of ["urw", "pct", "pos", "calm"] as const) {
      const options = { schedules: 200, seed: 5, mutant: 1, maxFailing: 1, strategy };
      const [violation] = (await explore(engine, race, options)).violations;
      tokens.add(violation!.token);
    }
    const [token] = tokens;
    expect([...tokens]).toEqual([token]);
    const run = await replay(engine, race, token!);
    const recorded = { kind: "sessions", sessions: run.taken } as const;
    const input = { seed: run.seed, data: run.data, mutant: 1 };
    const failure = {
      ...(await runOrder(engine, race, recorded, input)),
      data: new fc.Value(run.data, undefined),
    };
    const again = await shrink({
      failure: failure as never,
      invariant: "no-lost-update",
      arbitrary: race.data,
      run: (order, data, seed) => runOrder(engine, race, order, { seed, data, mutant: 1 }),
      maxRuns: 500,
    });
    expect(again.failure.run.traceHash).toBe(run.traceHash);
    expect(again.runs).toBeGreaterThan(3);
  });
});

describe("--save", () => {
  it("writes a file for each broken invariant, with what it takes to find the run again", async () => {
    const folder = join(directory, "saved");
    await run("explore", "--mutant", "1", "--seed", "9", "--strategy", "pos", "--save", folder);
    expect(await readdir(folder)).toEqual(["test-counter-mutant-1-no-lost-update.json"]);
    const text = await readFile(join(folder, "test-counter-mutant-1-no-lost-update.json"), "utf8");
    const saved = JSON.parse(text) as Regression;
    expect(saved).toMatchObject({ race: "test/counter", mutant: 1, strategy: "pos", seed: 9 });
    expect((await run("replay", saved.token)).code).toBe(EXIT.violated);
  });
});

describe("strategies", () => {
  it("tells how many schedules each strategy needs for each mutant", async () => {
    const { code, out } = await run("strategies", "--seeds", "3", "--json");
    const { scores } = JSON.parse(out);
    expect(code).toBe(EXIT.ok);
    expect(scores.map(({ strategy }: { readonly strategy: string }) => strategy)).toEqual([
      "mixed",
      "urw",
      "pct",
      "pos",
      "calm",
      "round-robin",
    ]);
    for (const { schedulesToFirst, median } of scores) {
      expect(schedulesToFirst).toHaveLength(3);
      expect(median).toBe(schedulesToFirst[1]);
      expect(median).toBeLessThan(50);
    }
    const impossible = await run("strategies", "--seeds", "2", "--schedules", "1", "--strategy", "calm");
    expect(impossible.out).toMatch(/^mutant +calm$/m);
  });
});
