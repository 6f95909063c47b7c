import { expect, it } from "vitest";
import { EXIT } from "../../sim/cli/exit-codes.ts";
import type { Mutant, Race } from "../../sim/race/race.ts";
import { isUnproven } from "../../sim/report/mutants-text.ts";
import type { MutantScore } from "../../sim/search/mutation-score.ts";
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

/** A mutant that is no other than its race, and what makes it one of the counter. */
const equal: Mutant = {
  id: 900,
  title: "nothing is wrong",
  violates: ["growth"],
  equivalent: "it is the same",
};
const withSame = { exhaustive: { small: { amount: 1 } }, mutate: () => counterRace() };

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
  const sends = "select total from counter where id = 1 for update";
  const honest = await mutants(counterRace({ ...withSame, mutants: [{ ...equal, sends }] }));
  expect(honest.code).toBe(EXIT.ok);
  expect(honest.out).toMatch(/^ +900 +\d+ +\d+ +1 +yes +\d+ +1 +nothing is wrong$/m);
  expect(honest.out).toMatch(/^900 {2}it is the same$/m);
  expect(honest.out).toContain("1 equivalent (1 of them backed by a finished search), 0 survivors");
  const [lost] = counterRace().mutants;
  const claimed: Mutant = { ...lost!, equivalent: "it is the same" };
  const wrong = await mutants(counterRace({ ...withSame, mutants: [claimed], mutate: counterRace().mutate }));
  expect(wrong.code).toBe(EXIT.violated);
  expect(wrong.out).toContain("NOT EQUIVALENT");
});

it("does not take a search for proof that never reached what the mutant changes, and ends with exit code 4", async () => {
  const unsent: Mutant = { ...equal, sends: "select 1" };
  const { code, out } = await mutants(counterRace({ ...withSame, mutants: [unsent] }));
  expect(code).toBe(EXIT.vacuous);
  expect(out).toMatch(/^ +900 +0 +0 +0 +NO: 0 of 0 +NEVER +0 +nothing is wrong$/m);
  expect(out).toContain("1 equivalent (0 of them backed by a finished search), 0 survivors");
});

it("takes no search for proof that was given up before its end", () => {
  const explored = {
    cases: 2,
    schedules: 700,
    classes: 700,
    reached: 5,
    rows: 1,
    unreached: 0,
    backed: false,
  };
  const scored = (exhausted: number): MutantScore => ({
    state: "equivalent",
    race: "test/counter",
    mutant: 900,
    violates: [],
    title: "nothing is wrong",
    reason: "it is the same",
    schedules: 300,
    explored: { ...explored, exhausted },
  });
  expect([1, 2].map((exhausted) => isUnproven(scored(exhausted)))).toEqual([true, false]);
});

it("says of a mutant that names no statement that it is not known whether it was reached", async () => {
  const { code, out } = await mutants(counterRace({ ...withSame, mutants: [equal] }), "--json");
  expect(code).toBe(EXIT.ok);
  const { backed, mutants: scores } = JSON.parse(out);
  expect(backed).toBe(0);
  expect(scores[0].explored).toMatchObject({ cases: 1, exhausted: 1, unreached: 0, backed: false });
  expect(scores[0].explored).not.toHaveProperty("reached");
});

it("refuses a number that no mutant has, and what is no number", async () => {
  expect(await mutants(raceWith(seen), "--only", "15,16")).toMatchObject({ code: EXIT.usage });
  expect(await mutants(raceWith(seen), "--only", "x")).toMatchObject({ code: EXIT.usage });
});
