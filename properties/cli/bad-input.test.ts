import { describe, expect, it } from "vitest";
import { EXIT, type ExitCode } from "../../sim/cli/exit-codes.ts";
import type { Engine } from "../../sim/engine/port.ts";
import { keptEngine } from "../kept-engine.ts";
import type { Race } from "../../sim/race/race.ts";
import { SwitchyardError } from "../../sim/switchyard-error.ts";
import { formatToken } from "../../sim/trace/token.ts";
import { runCommand, type CommandEnd } from "./run-command.ts";
import { counterRace, type CounterData, type CounterState } from "./counter-race.ts";

type Parts = Partial<Race<CounterState, CounterData>>;

const EXPLORE = ["explore", "--schedules", "5"];
const ONE_LINE = /^switchyard: [^\n]+\n$/;

const run = (
  race: Race<any, any>,
  argv: readonly string[] = EXPLORE,
  open?: () => Promise<Engine>,
): Promise<CommandEnd> => runCommand(argv, [race], open);

/** A race in which alice runs `statements` and bob nothing. */
function aliceRuns(...statements: readonly string[]): Race<any, any> {
  return counterRace({
    actors: () => ({
      alice: async ({ db }) => {
        for (const statement of statements) await db.query(statement);
      },
    }),
  });
}

describe("a race at fault ends with exit code 2 and one line that names what to correct", () => {
  const cases: readonly (readonly [string, Parts, RegExp])[] = [
    [
      "setup throws",
      { setup: () => Promise.reject(new Error("no counter")) },
      /setup: no counter\. Correct the setup/,
    ],
    [
      "setup runs SQL that fails",
      { setup: async (db) => void (await db.query("insert into nowhere values (1)")) },
      /setup: relation "nowhere" does not exist/,
    ],
    [
      "schema does not install",
      { schema: "create table counter (id int" },
      /schema does not install: syntax error.*`schema`/,
    ],
    [
      "schema inserts rows",
      { schema: "create table counter (id int, total int); insert into counter values (1, 0)" },
      /schema puts rows into .*counter.*Insert rows in the race's `setup`/,
    ],
    [
      "observe fails",
      { observe: async (db) => (await db.query<CounterState>("select nothing")).rows[0]! },
      /observe: column "nothing" does not exist/,
    ],
    [
      "actors throw when they are made",
      {
        actors: () => {
          throw new Error("nobody there");
        },
      },
      /actors: nobody there\. Correct the actors/,
    ],
    [
      "invariant throws",
      {
        invariants: [
          {
            name: "growth",
            promise: "The counter only grows.",
            check: () => {
              throw new Error("cannot tell");
            },
          },
        ],
      },
      /invariant growth: cannot tell/,
    ],
    [
      "actor awaits what the schedule does not control",
      { actors: () => ({ alice: () => new Promise((resolve) => void setImmediate(resolve)) }) },
      /Actor "alice" awaits something.*nothing but their session/,
    ],
  ];

  it.each(cases)("%s", async (_what, parts, message) => {
    const { code, out, err } = await run(counterRace(parts));
    expect(err).toMatch(ONE_LINE);
    expect(err).toMatch(message);
    expect(out).toBe("");
    expect(code).toBe(EXIT.usage);
  });

  it("data cannot be drawn", async () => {
    const data = counterRace().data.map(() => {
      throw new Error("no numbers left");
    });
    const { code, err } = await run(counterRace({ data }));
    expect(err).toMatch(/data of race test\/counter cannot be drawn: Error: no numbers left\./);
    expect(code).toBe(EXIT.usage);
  });
});

describe("a statement that the in-process Postgres cannot run ends with exit code 5, its name and the way out", () => {
  it.each([
    ["copy counter to stdout", "COPY"],
    ["create database other", "CREATE DATABASE"],
    ["select pg_cancel_backend(1)", "pg_cancel_backend"],
  ])("%s", async (statement, reason) => {
    const { code, out, err } = await run(aliceRuns(statement));
    expect(err).toMatch(ONE_LINE);
    expect(err).toContain(`Session "alice" runs "${statement}": ${reason}`);
    expect(err).toContain("--engine postgres");
    expect(out).toBe("");
    expect(code).toBe(EXIT.harness);
  });
});

describe("a token that does not fit the race ends with exit code 2 and one line", () => {
  const parts = { race: "test/counter", seed: 1, mutant: undefined, data: [], steps: ["alice"] };
  it.each([
    ["of a race that is not there", { ...parts, race: "test/other" }, /no race called "test\/other"/],
    [
      "of a session that is not there",
      { ...parts, steps: ["carol"] },
      /leaves the token at its choice 1: .*carol.*alice, bob/,
    ],
    ["of data that are not there", { ...parts, data: [{ path: ["colour"], value: 1 }] }, /sets "colour"/],
    ["of a mutant that is not there", { ...parts, mutant: 9 }, /no mutant 9/],
  ])("%s", async (_what, wrong, message) => {
    const { code, out, err } = await run(counterRace(), ["replay", formatToken(wrong)]);
    expect(err).toMatch(ONE_LINE);
    expect(err).toMatch(message);
    expect(out).toBe("");
    expect(code).toBe(EXIT.usage);
  });
});

describe("a database that fails ends with exit code 5 and one line", () => {
  /** The in-process engine until its statement `n`, which fails with `error`. */
  const failingAt = (n: number, error: Error) => async (): Promise<Engine> => {
    const { execute, ...others } = await keptEngine();
    let statements = 0;
    return {
      ...others,
      execute: (session, statement) => {
        statements += 1;
        return statements === n ? Promise.reject(error) : execute(session, statement);
      },
    };
  };
  const cases: readonly (readonly [string, number, Error, RegExp])[] = [
    [
      "in the middle of a run",
      8,
      new Error("connection reset"),
      /while session "alice" ran ".*": connection reset\./,
    ],
    [
      "by what JavaScript throws inside it",
      8,
      new RangeError("Maximum call stack size exceeded"),
      /while session ".*": Maximum call stack/,
    ],
    ["during setup", 2, new Error("disk full"), /while session "setup" ran "insert.*": disk full\./],
    [
      "by a check of the harness itself",
      8,
      new SwitchyardError("harness", "The self-test fails.", "Report the token."),
      /^switchyard: The self-test fails\. Report the token\.\n/,
    ],
  ];

  it.each(cases)("%s", async (_where, n, error, message) => {
    const { code, out, err } = await run(counterRace(), EXPLORE, failingAt(n, error));
    expect(err).toMatch(ONE_LINE);
    expect(err).toMatch(message);
    expect(out).toBe("");
    expect(code).toBe(EXIT.harness);
  });

  it("where it does not even start", async () => {
    const { code, err } = await run(counterRace(), EXPLORE, () =>
      Promise.reject(new SwitchyardError("harness", "The self-test failed.", "Install PGlite 0.5.16.")),
    );
    expect(err).toBe("switchyard: The self-test failed. Install PGlite 0.5.16.\n");
    expect(code).toBe<ExitCode>(EXIT.harness);
  });

  it("and where it cannot be closed either, with the first error", async () => {
    const open = async (): Promise<Engine> => ({
      ...(await failingAt(8, new Error("connection reset"))()),
      close: () => Promise.reject(new Error("already closed")),
    });
    const { err } = await run(counterRace(), EXPLORE, open);
    expect(err).toContain("connection reset");
    expect(err).not.toContain("already closed");
  });

  it("whose stack and cause are told where --trace-errors asks for them", async () => {
    const { err } = await run(
      counterRace(),
      [...EXPLORE, "--trace-errors"],
      failingAt(8, new Error("connection reset")),
    );
    expect(err).toMatch(
      /^switchyard: The database failed[^\n]*\n[^]*at [^]*\[cause\]: Error: connection reset/,
    );
  });
});
