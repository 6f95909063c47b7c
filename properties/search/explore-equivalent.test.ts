import { expect, it } from "vitest";
import { exploreEquivalent } from "../../sim/search/explore-equivalent.ts";
import { keptEngine } from "../kept-engine.ts";
import { clearing } from "../races/clear.ts";
import { oldServer } from "../races/old-server.ts";

it("a deletion that reads its tasks before it locks them breaks nothing in any schedule of the small data that reach it", async () => {
  const mutant = clearing.mutants.find(
    ({ title }) => title === "deleteRun.lockTasks decided before the lock",
  );
  const search = await exploreEquivalent(await keptEngine(), clearing, mutant!, 1);
  if (search.state !== "explored") throw new Error(search.token);
  const { backed, cases, exhausted, reached, rows } = search.explored;
  expect({ backed, rows, unfinished: cases - exhausted }).toEqual({ backed: true, rows: 4, unfinished: 0 });
  expect(reached).toBeGreaterThan(0);
});

it("a park that reads the answer before it locks it is told from the reference beside an old server", async () => {
  const mutant = oldServer.mutants.find(({ title }) => title === "park.lockDetail decided before the lock");
  const search = await exploreEquivalent(await keptEngine(), oldServer, mutant!, 1);
  expect(search.state).toBe("refuted");
});
