/**
 * The reduction loses nothing: on races small enough for brute force, both come to the same states, results and verdicts; the
 * classes of the reduced search have together exactly the interleavings that brute force runs; and all interleavings of a class
 * end alike.
 */
import { beforeAll, describe, expect, it } from "vitest";
import type { Engine } from "../../../sim/engine/port.ts";
import { keptEngine } from "../../kept-engine.ts";
import type { Race } from "../../../sim/race/race.ts";
import { bruteForce } from "../../../sim/search/exhaustive/bounded-search.ts";
import { searchTarget } from "../../../sim/search/exhaustive/explore-exhaustively.ts";
import {
  createExhaustiveTally,
  type ExhaustiveCounts,
} from "../../../sim/search/exhaustive/exhaustive-tally.ts";
import type { GuidedRun, SearchTarget } from "../../../sim/search/exhaustive/guided-run.ts";
import { classKey } from "../../../sim/search/exhaustive/happens-before.ts";
import { reducedSearch } from "../../../sim/search/exhaustive/reduced-search.ts";
import { mutantData, oneRequest } from "../../races/one-request.ts";
import { smallRaces } from "../../races/small-races.ts";

/** Interleavings that brute force may take. */
const MAX_INTERLEAVINGS = 2_000;

let engine: Engine;

beforeAll(async () => {
  engine = await keptEngine();
});

interface Explored extends ExhaustiveCounts {
  readonly exhausted: boolean;
  /** Final states, results and broken promises. */
  readonly ends: readonly string[];
}

type Search = (target: SearchTarget, onRun: (run: GuidedRun) => boolean) => Promise<boolean>;

async function explored(
  search: Search,
  race: Race<any, any>,
  data: unknown,
  mutant?: number,
): Promise<Explored> {
  const tally = createExhaustiveTally(race);
  const ends = new Set<string>();
  const byClass = new Map<string, string>();
  const target = await searchTarget(engine, race, data, { seed: 1, mutant });
  const exhausted = await search(target, (run) => {
    tally.add(run);
    if (run.end !== undefined) {
      ends.add(run.end);
      const key = classKey(run.order);
      expect(byClass.get(key) ?? run.end).toBe(run.end);
      byClass.set(key, run.end);
    }
    return tally.counts().schedules < MAX_INTERLEAVINGS;
  });
  return { ...tally.counts(), exhausted, ends: [...ends].sort() };
}

async function expectSame(race: Race<any, any>, data: unknown, mutant?: number): Promise<readonly string[]> {
  const reduced = await explored(reducedSearch, race, data, mutant);
  const brute = await explored(bruteForce, race, data, mutant);
  expect(brute.exhausted).toBe(true);
  expect(reduced.exhausted).toBe(true);
  expect(reduced.ends).toEqual(brute.ends);
  expect(reduced.classes).toBe(brute.classes);
  expect(reduced.interleavings).toBe(String(brute.schedules));
  return brute.ends;
}

describe("reduced search and brute force", () => {
  it.each(Object.entries(smallRaces))("agree on %s", async (_name, race) => {
    const ends = await expectSame(race, null);
    expect(ends.length).toBeGreaterThan(1);
  });

  it.each(oneRequest.mutants)(
    "agree on hitl/one-request for mutant $id and for the reference",
    async ({ id, violates }) => {
      const data = mutantData[id];
      const mutated = await expectSame(oneRequest, data, id);
      for (const invariant of violates) expect(mutated.join()).toContain(`"${invariant}"`);
      const ends = await expectSame(oneRequest, data);
      expect(ends.map((end) => (JSON.parse(end) as { readonly broken: unknown }).broken)).toEqual(
        ends.map(() => []),
      );
    },
  );
});
