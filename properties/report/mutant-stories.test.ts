import { beforeAll, describe, expect, it } from "vitest";
import type { Engine } from "../../sim/engine/port.ts";
import { keptEngine } from "../kept-engine.ts";
import type { Mutant, Race } from "../../sim/race/race.ts";
import { MAX_SENTENCES, tellStory } from "../../sim/report/story.ts";
import { drawData } from "../../sim/search/draw-data.ts";
import { runOrder } from "../../sim/search/run-order.ts";
import { createSearcher } from "../../sim/search/searcher.ts";
import { seedOfRun } from "../../sim/search/seeded-random.ts";
import { DEFAULT_STRATEGY } from "../../sim/search/strategies/index.ts";
import type { RunResult } from "../../sim/trace/trace.ts";
import { suiteSeed } from "../hitl/suite-seed.ts";
import { races } from "../races/index.ts";

/** Numbers of the protocol's wrong variants; beyond them are those without one locking clause. */
const MAX_MUTANT = 28;
const MAX_SCHEDULES = 2_000;

const seed = suiteSeed("stories of mutants");
let engine: Engine;

beforeAll(async () => {
  engine = await keptEngine();
});

/** The first run that breaks anything, as it was found: what is not shrunk is the harder story. */
async function failingRun(race: Race<any, any>, { id }: Mutant): Promise<RunResult> {
  const searcher = createSearcher(engine, race, { mutant: id, seed, strategy: DEFAULT_STRATEGY });
  for (let index = 0; index < MAX_SCHEDULES; index += 1) {
    const [found] = await searcher.run([index]);
    if (found === undefined || found.broken.length === 0) continue;
    const runSeed = seedOfRun(seed, index);
    const input = { seed: runSeed, data: drawData(race, runSeed), mutant: id };
    return (await runOrder(engine, race, { kind: "choices", choices: found.choices }, input)).run;
  }
  throw new Error(`mutant ${id} was not found in ${MAX_SCHEDULES} schedules`);
}

const cases = races.flatMap((race) =>
  race.mutants
    .filter(({ id, equivalent }) => id <= MAX_MUTANT && equivalent === undefined)
    .map((mutant) => ({ race, mutant, title: mutant.title, id: mutant.id })),
);

describe("the stories of all mutants", () => {
  it("are about all numbers up to 28", () => {
    const numbers = new Set(cases.map(({ id }) => id));
    for (let id = 1; id <= 28; id += 1) expect(numbers).toContain(id);
  });

  it.each(cases)(
    "mutant $id ($title): sessions, rows and the broken promise in a dozen sentences",
    async ({ race, mutant }) => {
      const run = await failingRun(race, mutant);
      const story = await tellStory(run);
      expect(story.length).toBeLessThanOrEqual(MAX_SENTENCES);
      const text = story.join("\n");
      for (const { invariant } of run.violations) expect(text).toContain(invariant);
      const { message, step, promise } = run.violations[0]!;
      expect(text).toContain(message.replace(/\s+/g, " ").slice(0, 100).trim());
      expect(text).toContain(promise.replace(/\.$/, ""));
      // What is checked at the end was broken earlier, by whom nobody knows; a deadlock has its victim.
      const breakers = step < run.steps.length ? [run.steps[step - 1]?.session] : [];
      const victims = run.steps.filter((made) => made.step <= step).flatMap(({ deadlocks }) => deadlocks);
      for (const name of [...breakers, ...victims.map(({ victim }) => victim)]) expect(text).toContain(name);
      expect(text).toMatch(/\b(id|ti_id|task_id|run_id|name)=\S+/);
      const waited = run.steps.find(({ outcome, step: at }) => outcome.kind === "waiting" && at <= step);
      if (waited) expect(text).toContain(`wait for `);
    },
  );
});
