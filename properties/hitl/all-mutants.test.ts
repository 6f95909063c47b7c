import { beforeAll, describe, expect, it } from "vitest";
import { clauses, FIRST_CLAUSE_ID } from "../../model/mutants/clauses-of.ts";
import { mutants } from "../../model/mutants/index.ts";
import type { Engine } from "../../sim/engine/port.ts";
import { keptEngine } from "../kept-engine.ts";
import { createSearcher } from "../../sim/search/searcher.ts";
import { races } from "../races/index.ts";
import { suiteSeed } from "./suite-seed.ts";

const MAX_SCHEDULES = 2_000;

const seed = suiteSeed("every mutant");
let engine: Engine;

beforeAll(async () => {
  engine = await keptEngine();
});

it("every mutant of the protocol, and every locking clause, belongs to one race", () => {
  const shown = races.flatMap((race) => race.mutants.map(({ id }) => id)).sort((a, b) => a - b);
  const all = [...mutants, ...clauses].map(({ id }) => id);
  expect(shown).toEqual(all);
});

it("the mutants 1 to 28 are all there", () => {
  const ids = mutants.map(({ id }) => id);
  expect(ids.slice(0, 28)).toEqual(Array.from({ length: 28 }, (_, index) => index + 1));
});

// The locking clauses are searched by the command "mutants".
const tasks = races
  .flatMap((race) => race.mutants.map((mutant) => ({ race, mutant, id: mutant.id, title: mutant.title })))
  .filter(({ id }) => id < FIRST_CLAUSE_ID);

describe.each(tasks)("mutant $id ($title)", ({ race, mutant }) => {
  it(`is found to break ${mutant.violates.join(" or ")}`, async () => {
    const searcher = createSearcher(engine, race, { mutant: mutant.id, seed, strategy: "mixed" });
    const broken = new Set<string>();
    for (let index = 0; index < MAX_SCHEDULES; index += 1) {
      const [run] = await searcher.run([index]);
      for (const name of run?.broken ?? []) broken.add(name);
      if (mutant.violates.some((name) => broken.has(name))) break;
    }
    expect(mutant.violates.filter((name) => broken.has(name))).not.toEqual([]);
  });
});
