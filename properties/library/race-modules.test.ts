import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { fc, test } from "@fast-check/vitest";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EXIT } from "../../sim/cli/exit-codes.ts";
import { holds, plans, race, type Actor } from "../../sim/index.ts";
import { runCommand, type CommandEnd } from "../cli/run-command.ts";

const LIBRARY = pathToFileURL(join(import.meta.dirname, "../../sim/index.ts")).href;

/** Two clients add 1 to a counter; the mutant reads it without a lock. */
const COUNTER = `
import { race } from ${JSON.stringify(LIBRARY)};

const add = (lock) => async ({ db }) => {
  await db.query("begin");
  const { rows } = await db.query("select total from counter " + lock);
  await db.query("update counter set total = $1", [rows[0].total + 1]);
  await db.query("commit");
};

export default race({
  name: "counter",
  schema: "create table counter (total int not null)",
  setup: (db) => db.query("insert into counter values (0)"),
  actors: { ann: add("for update"), ben: add("for update") },
  observe: async (db) => (await db.query("select total from counter")).rows[0],
  atEnd: { "no addition is lost": ({ after }) => after.total === 2 },
  exhaustive: { "as it is": {} },
  mutants: {
    1: { title: "read without a lock", violates: ["no addition is lost"], actors: { ann: add(""), ben: add("") } },
  },
});
`;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "switchyard-race-"));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Writes a module and gives its path from the current directory. */
function moduleFile(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return relative(process.cwd(), file);
}

const run = (...argv: readonly string[]): Promise<CommandEnd> => runCommand(argv);

describe("a race module runs as the built-in races do", () => {
  it("is explored, and its mutant is found, shrunk, and replayed by a token that leads back to the file", async () => {
    const file = moduleFile("counter.mjs", COUNTER);
    expect((await run("explore", file, "--schedules", "60")).code).toBe(EXIT.ok);
    const found = await run("explore", file, "--mutant", "1", "--json", "--max-failing", "3");
    expect(found.code).toBe(EXIT.violated);
    const { race, violations } = JSON.parse(found.out);
    expect(race).toBe(file.startsWith("../") ? file : `./${file}`);
    expect(violations).toMatchObject([{ invariant: "no addition is lost", preemptions: 1 }]);
    const { token, traceHash } = violations[0];
    expect(token).toContain(`:${race}:`);
    const replayed = await run("replay", token, "--json");
    expect(replayed.code).toBe(EXIT.violated);
    expect(JSON.parse(replayed.out).traceHash).toBe(traceHash);
  });

  it("is searched exhaustively, listed and scored", async () => {
    const file = moduleFile("counted.mjs", COUNTER);
    const exhaustive = await run("explore", file, "--strategy", "exhaustive", "--json");
    expect(exhaustive.code).toBe(EXIT.ok);
    expect(JSON.parse(exhaustive.out)).toMatchObject({
      configurations: [{ configuration: "as it is", exhausted: true }],
    });
    expect((await run("list", file)).out).toMatch(/no addition is lost[\s\S]*read without a lock/);
    const mutants = await run("mutants", file, "--json", "--workers", "1");
    expect(JSON.parse(mutants.out)).toMatchObject({ found: 1, survivors: 0 });
  });

  it("is found by a token of its own name where the file is given", async () => {
    const file = moduleFile("elsewhere.mjs", COUNTER);
    const { violations } = JSON.parse(
      (await run("explore", file, "--mutant", "1", "--json", "--max-failing", "1")).out,
    );
    const moved = moduleFile("moved.mjs", COUNTER);
    rmSync(join(folder, "elsewhere.mjs"));
    expect((await run("replay", violations[0].token)).err).toMatch(/There is no file .*elsewhere\.mjs/);
    expect((await run("replay", violations[0].token, moved)).code).toBe(EXIT.violated);
  });
});

describe("a module that is no race ends with exit code 2 and one line", () => {
  const cases: readonly (readonly [string, string | undefined, RegExp])[] = [
    ["missing.ts", undefined, /There is no file .*missing\.ts\. Give the path/],
    ["none.mjs", "export const race = 1;", /none\.mjs has no default export\. End it with/],
    ["number.mjs", "export default 7;", /default export of .*number\.mjs is no race/],
    ["parts.mjs", `export default { name: "x", schema: "" };`, /data must be an object/],
    ["throws.mjs", `throw new Error("no database");`, /throws\.mjs cannot be loaded: no database/],
    ["typo.mjs", "export default {", /typo\.mjs cannot be loaded: .*Correct it/],
    [
      "lost.mjs",
      `import "no-such-package"; export default 1;`,
      /lost\.mjs cannot be loaded: .*no-such-package/,
    ],
  ];
  it.each(cases)("%s", async (name, text, told) => {
    const file = text === undefined ? relative(process.cwd(), join(folder, name)) : moduleFile(name, text);
    const { code, err } = await run("explore", file);
    expect(err).toMatch(told);
    expect(err).toMatch(/^switchyard: [^\n]+\n$/);
    expect(code).toBe(EXIT.usage);
  });
});

const book =
  (lock: string): Actor =>
  async ({ db }) => {
    await db.query("begin");
    const { rows } = await db.query<{ free: number }>(`select free from flight ${lock}`);
    if (rows[0]!.free > 0) await db.query("update flight set free = free - 1, sold = sold + 1");
    await db.query("commit");
  };

const booking = race({
  name: "booking",
  schema: "create table flight (free int not null, sold int not null)",
  data: fc.record({ seats: fc.integer({ min: 1, max: 3 }) }),
  setup: (db, { seats }) => db.query("insert into flight values ($1, 0)", [seats]),
  actors: { ann: book("for update"), ben: book("for update") },
  observe: async (db) => (await db.query<{ free: number; sold: number }>("select * from flight")).rows[0]!,
  invariants: {
    "no seat is sold twice": ({ after, data }) =>
      after.sold <= data.seats || `${after.sold} of ${data.seats} sold.`,
  },
  mutants: { 1: { title: "no lock", violates: [], actors: { ann: book(""), ben: book("") } } },
});

test.prop([plans(booking)], { numRuns: 30 })("a race in three lines keeps its promises", holds);

describe("a plan that breaks a promise", () => {
  it("is shrunk and told, with its token", async () => {
    const { failed, errorInstance } = await fc.check(fc.asyncProperty(plans(booking, { mutant: 1 }), holds), {
      seed: 1,
    });
    expect(failed).toBe(true);
    const { message } = errorInstance as Error;
    expect(message).toContain("violated: no seat is sold twice");
    expect(message).toMatch(/2 of 1 sold\./);
    expect(message).toMatch(/\n6 steps, 1 preemption/);
    expect(message).toMatch(/replay sy1:booking:seed=0:mutant=1:/);
  });

  it("follows another that is asked for at the same time", async () => {
    const [one, other] = fc.sample(plans(booking), { numRuns: 2, seed: 1 });
    await Promise.all([holds(one!), holds(other!)]);
    expect(fc.stringify(one)).toBe("a run of booking");
  });
});
