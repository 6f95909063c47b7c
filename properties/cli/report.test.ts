import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EXIT } from "../../sim/cli/exit-codes.ts";
import { runCommand, type CommandEnd } from "./run-command.ts";
import { counterRace } from "./counter-race.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "switchyard-report-"));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

const run = (...argv: readonly string[]): Promise<CommandEnd> => runCommand(argv, [counterRace()]);

/** Explores the mutant, with a page for what is found. */
const exploreMutant = (report: string): Promise<CommandEnd> =>
  run("explore", "--mutant", "1", "--schedules", "50", "--workers", "1", "--report", report);

describe("--report", () => {
  it("of explore and of two replays of its token gives the same bytes, and draws the replay as a timeline", async () => {
    const files = ["a/explore.html", "b/one.html", "b/two.html"].map((name) => join(folder, name));
    const explored = await exploreMutant(files[0] ?? "");
    expect(explored.err).toContain(`report: ${files[0]}\n`);
    const token = /replay (sy1:\S+)/.exec(explored.out)?.[1] ?? "";
    for (const file of files.slice(1)) {
      const { code, out } = await run("replay", token, "--report", file);
      expect(code).toBe(EXIT.violated);
      expect(out).toMatch(/^step +ms alice +bob$/m);
    }
    const [one, two, three] = await Promise.all(files.map((file) => readFile(file, "utf8")));
    expect(two).toBe(one);
    expect(three).toBe(one);
    expect(one).toContain(token);
    expect((await run("replay", token, "--table")).out).toMatch(/^step +ms +session +in +statement/m);
  });

  it("of mutants writes a page for each one that is found", async () => {
    const report = join(folder, "m", "page.html");
    await run("mutants", "--schedules", "300", "--report", report);
    expect(await readdir(join(folder, "m"))).toEqual(["page-mutant-1.html"]);
  });

  it("writes nothing where nothing broke, and says so; a file that cannot be written is a usage error", async () => {
    const quiet = await run(
      "explore",
      "--schedules",
      "20",
      "--workers",
      "1",
      "--report",
      join(folder, "quiet.html"),
    );
    expect(quiet.err).toContain("nothing broke: no report was written");
    expect(await readdir(folder)).not.toContain("quiet.html");
    const refused = await exploreMutant(folder);
    expect(refused.code).toBe(EXIT.usage);
    expect(refused.err).toContain(`Cannot write ${folder}`);
  });
});
