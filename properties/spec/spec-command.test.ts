/**
 * The command line's `spec`: what it prints, and its exit codes.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { runCommand, type CommandEnd } from "../cli/run-command.ts";

const FOLDER = fileURLToPath(new URL("cases/", import.meta.url));
const SPEC = join(FOLDER, "unique-keys.spec");
const EXPECTED = join(FOLDER, "unique-keys.out");
const directory = mkdtempSync(join(tmpdir(), "switchyard-spec-"));

afterAll(() => {
  rmSync(directory, { recursive: true });
});

/** Runs `spec` with these arguments; gives the exit code and what was written. */
const spec = (...argv: readonly string[]): Promise<CommandEnd> => runCommand(["spec", ...argv]);

describe("the command spec", () => {
  it("prints what isolationtester prints, byte for byte", async () => {
    const { code, out } = await spec(SPEC);
    expect(out).toBe(readFileSync(EXPECTED, "utf8"));
    expect(code).toBe(0);
  });

  it("compares with expected outputs, and shows the first permutation that differs", async () => {
    const wrong = join(directory, "wrong.out");
    writeFileSync(wrong, readFileSync(EXPECTED, "utf8").replaceAll("    2\n(1 row)", "    3\n(1 row)"));
    const differs = await spec(SPEC, "--expected", wrong);
    expect(differs.code).toBe(1);
    expect(differs.out).toContain("-    3\n+    2\n");
    expect(differs.out).toContain("failed: o_take t_count o_keep t_look\n");
    expect(differs.out).toMatch(/7 permutations: 6 passed, 1 failed, 0 refused\n$/);
    const either = await spec(SPEC, "--expected", wrong, "--expected", EXPECTED);
    expect(either.code).toBe(0);
  });

  it("with --json prints the counts and a reason for each permutation, and exits 5 where one is refused", async () => {
    const refused = join(directory, "refused.spec");
    writeFileSync(
      refused,
      `session a
step other { CREATE DATABASE other; }
step one { SELECT 1 AS one; }
permutation other one
permutation one`,
    );
    const { code, out } = await spec(refused, "--json");
    expect(JSON.parse(out)).toMatchObject({
      engine: "pglite",
      permutations: 2,
      failed: 0,
      refused: 1,
      results: [
        {
          permutation: "other one",
          state: "refused",
          reason: expect.stringContaining("CREATE DATABASE"),
        },
        { permutation: "one" },
      ],
    });
    expect(code).toBe(5);
  });

  it("names a file that is missing or cannot be read, with exit code 2", async () => {
    const missing = await spec(join(directory, "missing.spec"));
    expect(missing).toMatchObject({ code: 2, out: "" });
    expect(missing.err).toMatch(/^switchyard: Cannot read .*missing\.spec: ENOENT/);
    const bad = join(directory, "bad.spec");
    writeFileSync(bad, "session a\nstep {}");
    expect((await spec(bad)).err).toContain("unexpected a block of SQL at line 2");
  });
});
