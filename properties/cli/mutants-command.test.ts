import { expect, it } from "vitest";
import { EXIT } from "../../sim/cli/exit-codes.ts";
import type { Mutant, Race } from "../../sim/race/race.ts";
import { runCommand, type CommandEnd } from "./run-command.ts";
import { counterRace } from "./counter-race.ts";
import { batchSweep } from "../races/batch-sweep.ts";

const seen: Mutant = { id: 15, title: "no time", violates: ["I1"] };

/** The race with one mutant, which is run as it is where `id` is not known to it. */
function raceWith(mutant: Mutant): Race {
  const mutate = (id: number): Race =>
    (batchSweep.mutants.some((known) => known.id === id) ? batchSweep.mutate(id) : batchSweep) as Race;
  return { ...(batchSweep as Race), mutants: [mutant], mutate };
}

const mutants = (race: Race<any, any>, ...argv: readonly string[]): Promise<CommandEnd> =>
  runCommand(["mutants", ...argv], [race]);

it("tells of a mutant that is found the invariant, how soon, how small, and a token", async () => {
  const { code, out } = await mutants(raceWith(seen), "--json");
  expect(code).toBe(EXIT.ok);
  const report = JSON.parse(out);
  expect(report).toMatchObject({ found: 1, equivalent: 0, survivors: 0 });
  expect(report.mutants[0]).toMatchObject({ mutant: 15, state: "found", invariant: "I1", preemptions: 0 });
  expect(report.mutants[0].token).toContain("mutant=15");
});

it("ends with exit code 1 where a mutant survives", async () => {
  const same: Mutant = { id: 900, title: "nothing is wrong", violates: ["I1"] };
  const { code, out } = await mutants(raceWith(same), "--schedules", "20");
  expect(code).toBe(EXIT.violated);
  expect(out).toContain("SURVIVED");
  expect(out).toContain("1 mutants: 0 found, 0 equivalent, 1 survivors");
});

it("lists an equivalent mutant with its reason and the search that backs it, and ends with exit code 1 where it is none", async () => {
  const reason = "it is the same";
  const same: Mutant = { id: 900, title: "nothing is wrong", violates: ["growth"], equivalent: reason };
  const exhaustive = { small: { amount: 1 } };
  const honest = await mutants(counterRace({ exhaustive, mutants: [same], mutate: () => counterRace() }));
  expect(honest.code).toBe(EXIT.ok);
  expect(honest.out).toMatch(
    /^900 {2}nothing is wrong: it is the same \(nothing broke in \d+ schedules, \d+ classes, of 1 small cases, 1 of them explored to the end\)$/m,
  );
  const [lost] = counterRace().mutants;
  const wrong = await mutants(counterRace({ exhaustive, mutants: [{ ...lost!, equivalent: reason }] }));
  expect(wrong.code).toBe(EXIT.violated);
  expect(wrong.out).toContain("NOT EQUIVALENT");
});

it("refuses a number that no mutant has, and what is no number", async () => {
  expect(await mutants(raceWith(seen), "--only", "15,16")).toMatchObject({ code: EXIT.usage });
  expect(await mutants(raceWith(seen), "--only", "x")).toMatchObject({ code: EXIT.usage });
});
