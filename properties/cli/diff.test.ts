import { describe, expect, it } from "vitest";
import { keptEngine } from "../kept-engine.ts";
import { runRace } from "../../sim/race/run.ts";
import { arraySchedule } from "../../sim/search/array-schedule.ts";
import { tokenOf } from "../../sim/search/replay.ts";
import { EXIT } from "../../sim/cli/exit-codes.ts";
import { runCommand } from "./run-command.ts";
import { counterRace } from "./counter-race.ts";

describe("diff", () => {
  it("shows the first step at which two schedules part, and what differed after", async () => {
    const engine = await keptEngine();
    const race = counterRace();
    const tokens: string[] = [];
    for (const choices of [
      [0, 0, 0],
      [0, 1, 0, 0, 0],
    ]) {
      const options = { seed: 1, data: { amount: 5 }, mutant: 1, schedule: arraySchedule(choices) };
      tokens.push(tokenOf(race, await runRace(engine, race, options)));
    }
    const { code, out } = await runCommand(["diff", ...tokens], [race]);
    expect(code).toBe(EXIT.ok);
    expect(out).toContain(
      "The first step is the same. At step 2 they part: alice goes on in the first, bob in the second:",
    );
    expect(out).toMatch(/^ +2 +alice: update counter id=1: 1 row +bob: read counter id=1: 1 row$/m);
    expect(out).toMatch(/^no-lost-update +- +step 6: The counter is 5, not 10\.$/m);
    expect(out).toMatch(/^counter id=1: total +10 +5$/m);
    const same = await runCommand(["diff", tokens[0] ?? "", tokens[0] ?? ""], [race]);
    expect(same.out).toBe("The runs are the same, all 6 steps.\n");
  });
});
