import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { EXIT } from "../../sim/cli/exit-codes.ts";
import { runProgram } from "../hitl/fresh-process.ts";

const ROOT = join(import.meta.dirname, "../..");
const README = readFileSync(join(ROOT, "sim/README.md"), "utf8");
const SOURCE = "properties/examples/booking.ts";

describe("the example race of sim/README.md", () => {
  it("is there as it is in its file", () => {
    expect(README).toContain(readFileSync(join(ROOT, SOURCE), "utf8").trim());
  });

  it("keeps its promise with the lock and breaks it without, as the README tells", async () => {
    const locked = await runProgram(
      "properties/examples/booking.js",
      "explore",
      "--schedules",
      "200",
      "--workers",
      "1",
    );
    expect(locked.code).toBe(EXIT.ok);
    const unlocked = await runProgram(
      "properties/examples/booking.js",
      "explore",
      "--mutant",
      "1",
      "--workers",
      "1",
    );
    expect(unlocked.code).toBe(EXIT.violated);
    expect(unlocked.json.violations).toMatchObject([{ invariant: "no-overbooking", preemptions: 1 }]);
    const [{ story }] = unlocked.json.violations;
    const told = story.map((sentence: string, index: number) => `  ${index + 1}. ${sentence}\n`);
    expect(README).toContain(told.join(""));
  });
});
