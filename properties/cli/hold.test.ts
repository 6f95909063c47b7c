import { spawn } from "node:child_process";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { EXIT } from "../../sim/cli/exit-codes.ts";
import type { Engine } from "../../sim/engine/port.ts";
import { keptEngine } from "../kept-engine.ts";
import { runRace } from "../../sim/race/run.ts";
import { arraySchedule } from "../../sim/search/array-schedule.ts";
import { tokenOf } from "../../sim/search/replay.ts";
import { captureTerminal } from "./captured-terminal.ts";
import { runCommand } from "./run-command.ts";
import { counterRace } from "./counter-race.ts";

const ROOT = join(import.meta.dirname, "../..");
const race = counterRace();
let engine: Engine;
/** alice locks (1), bob waits for her (2), alice updates (3) and commits (4), bob updates (5) and commits (6). */
let token: string;

beforeAll(async () => {
  engine = await keptEngine();
  const run = await runRace(engine, race, { seed: 1, data: { amount: 5 }, schedule: arraySchedule([0, 1]) });
  token = tokenOf(race, run);
});

/** What `replay` with `options` prints for these lines of input. */
async function hold(options: readonly string[], lines: readonly string[], ofToken = token) {
  const left = [...lines];
  const terminal = {
    ...captureTerminal(),
    openLines: () => ({ ask: () => Promise.resolve(left.shift()), close: () => {} }),
  };
  const { code, out, err } = await runCommand(["replay", ofToken, ...options], [race], keptEngine, terminal);
  return { code, out: out.trimEnd().split("\n"), err };
}

describe("replay --stop-at", () => {
  it("holds the race after that step, tells how things stand, steps on, and goes on to the end", async () => {
    const { code, out } = await hold(["--stop-at", "2"], ["waits", "next 2", "continue"]);
    expect(out).toEqual([
      "step 2  bob  lock counter id=1: waits for alice (row tuple (0,1) of counter, ShareLock)",
      "bob waits for alice (row tuple (0,1) of counter, ShareLock)",
      "step 3  alice  update counter id=1: 1 row",
      "step 4  alice  commit: COMMIT; bob let go on by alice: 1 row; commit of alice",
      "the run ended after 6 steps",
      "nothing violated",
    ]);
    expect(code).toBe(EXIT.ok);
  });

  it("shows sessions, tables as committed and as a session sees them, and the locks", async () => {
    const commands = [
      "sessions",
      "tables",
      "tables alice",
      "look alice select total from counter",
      "look bob select 1",
    ];
    const { out } = await hold(
      ["--stop-at", "3"],
      [...commands, "observe select total + 1 as next from counter", "locks"],
    );
    const text = out.join("\n");
    expect(text).toMatch(/alice +ready +commit\nbob +waiting/);
    expect(text).toContain("counter\nid  total\n1   0\ncounter\nid  total\n1   5\n");
    expect(text).toContain(
      "total\n5\nSELECT, 1 row\nbob waits, and cannot be asked.\nnext\n1\nSELECT, 1 row\n",
    );
    expect(text).toMatch(/^alice +relation +counter +RowExclusiveLock$/m);
    expect(text).toMatch(/^bob +transactionid +\d+ +ShareLock +waits$/m);
  });

  it("runs statements as a session, which others can wait for, and says that the run is another one then", async () => {
    const { out } = await hold(
      ["--stop-at", "1"],
      ["as alice update counter set total = 100 where id = 1", "continue"],
    );
    expect(out[1]).toBe("UPDATE, 1 row");
    expect(out).toContain(
      "the run ended after 7 steps; statements were run in it, so it is no longer that of the token",
    );
  });

  it("refuses what it cannot do, and goes on asking", async () => {
    const lines = [
      "nonsense",
      "next x",
      "as nobody select 1",
      "as bob select 1",
      "observe delete from counter",
      "as alice selec",
      "",
    ];
    const { out } = await hold(["--stop-at", "2"], [...lines, "quit"]);
    expect(out.slice(1)).toEqual([
      'There is no command "nonsense"; help lists them.',
      '"x" is no number of steps.',
      "nobody cannot run a statement now. Ask for the sessions.",
      "bob cannot run a statement now. Ask for the sessions.",
      "Only queries that lock nothing can be looked with; use as SESSION SQL for others.",
      expect.stringMatching(/^42601 syntax error/),
      expect.stringMatching(/^step 3 {2}alice {2}selec: 42601/),
    ]);
  });

  it("says which steps there are if there is none with that number", async () => {
    const { code, err } = await hold(["--stop-at", "99"], []);
    expect(code).toBe(EXIT.usage);
    expect(err).toContain("There is no step 99 in the 6 steps of this run.");
  });
});

describe("replay --until", () => {
  it("holds the race at the first wait", async () => {
    const { out } = await hold(["--until", "waiting"], ["quit"]);
    expect(out).toEqual([expect.stringMatching(/^step 2 {2}bob .*waits for alice/)]);
  });

  it("says that what it was to wait for never came about", async () => {
    const { code, err } = await hold(["--until", "deadlock"], []);
    expect(code).toBe(EXIT.usage);
    expect(err).toContain("There was no deadlock in the 6 steps of this run.");
  });
});

describe("the prompt of a process without a terminal", () => {
  it("reads its commands from standard input", async () => {
    const script = `
      import { main } from "./sim/cli/main.ts";
      import { counterRace } from "./properties/cli/counter-race.ts";
      process.exitCode = await main(process.argv.slice(1), [counterRace()]);`;
    const words = [
      "--import",
      "tsx",
      "--input-type=module",
      "-e",
      script,
      "--",
      "replay",
      token,
      "--stop-at",
      "2",
    ];
    const child = spawn(process.execPath, words, { cwd: ROOT, stdio: ["pipe", "pipe", "inherit"] });
    let out = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
    child.stdin.end("waits\nobserve select total from counter\nnext\nquit\n");
    const code = await new Promise((resolve) => child.on("close", resolve));
    expect(out.trimEnd().split("\n").slice(1)).toEqual([
      "bob waits for alice (row tuple (0,1) of counter, ShareLock)",
      "total",
      "0",
      "SELECT, 1 row",
      "step 3  alice  update counter id=1: 1 row",
    ]);
    expect(code).toBe(EXIT.ok);
  });
});
