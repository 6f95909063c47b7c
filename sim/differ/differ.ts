/**
 * The differential search: draws cases, runs each on both engines, counts what came about, and shrinks what diverges.
 */
import type { Engine } from "../engine/port.ts";
import { startStopwatch } from "../real-time.ts";
import { seededRandom, seedOfRun } from "../search/seeded-random.ts";
import { SwitchyardError } from "../switchyard-error.ts";
import { caseArbitrary } from "./case-arbitrary.ts";
import { formatCaseToken } from "./case-token.ts";
import { compareCase, stepsOf, type Comparison, type Engines, type Steps } from "./compare-case.ts";
import { emptyTally, takeInto, type DifferTally } from "./differ-tally.ts";
import { Lane } from "./lane.ts";
import { shrinkCase } from "./shrink-case.ts";
import type { Case } from "./workload.ts";

/** Divergences after which a search ends. */
export const MAX_DIVERGENCES = 5;

/** Candidates that shrinking one divergence may run. */
const MAX_SHRINK_RUNS = 150;

/** The engines of a search. */
export interface DifferEngines {
  readonly pglite: Engine;
  /** One or more; each runs a case of its own while the others wait for their server. */
  readonly servers: readonly Engine[];
}

/** How to search. */
export interface DifferOptions {
  readonly cases: number;
  /** 32-bit seed of all cases. */
  readonly seed: number;
  /** Divergences after which the search ends; default MAX_DIVERGENCES. */
  readonly stopAfter?: number | undefined;
  /** Candidates that shrinking one divergence may run; default 150. */
  readonly maxShrinkRuns?: number | undefined;
  readonly onProgress?: ((progress: DifferProgress) => void) | undefined;
}

/** How far a search is. */
export interface DifferProgress {
  readonly cases: number;
  readonly of: number;
  readonly divergences: number;
  readonly elapsedMs: number;
}

/** A case on which the engines differ, shrunk. */
export interface Divergence {
  readonly token: string;
  /** The case's number in the search, from 0. */
  readonly index: number;
  /** The comparison of the shrunk case; its difference is there. */
  readonly comparison: Comparison;
}

/** What a search came to. */
export interface DifferReport extends DifferTally {
  readonly seed: number;
  readonly divergences: readonly Divergence[];
  readonly elapsedMs: number;
}

/** Draws the case with this index. */
export function drawCase(seed: number, index: number): Case {
  return caseArbitrary.generate(seededRandom(seedOfRun(seed, index), "data"), undefined).value;
}

/**
 * Runs `cases` cases, or fewer if `stopAfter` of them diverge.
 * @throws SwitchyardError "harness" that names the case where an engine fails
 */
export async function differ(
  { pglite, servers }: DifferEngines,
  { cases, seed, stopAfter = MAX_DIVERGENCES, maxShrinkRuns = MAX_SHRINK_RUNS, onProgress }: DifferOptions,
): Promise<DifferReport> {
  const elapsedMs = startStopwatch();
  const inProcess = new Lane();
  const tally = emptyTally();
  const found: (Comparison & { readonly index: number; readonly subject: Case })[] = [];
  let next = 0;
  const search = async (postgres: Engine): Promise<void> => {
    while (next < cases && found.length < stopAfter) {
      const index = next++;
      const subject = drawCase(seed, index);
      const comparison = await naming(seed, index, subject, () =>
        compareCase({ pglite, postgres }, subject, { exclusive: inProcess.run }),
      );
      takeInto(tally, comparison);
      if (comparison.difference !== undefined) found.push({ ...comparison, index, subject });
      onProgress?.({ cases: tally.cases, of: cases, divergences: found.length, elapsedMs: elapsedMs() });
    }
  };
  await Promise.all(servers.map(search));
  const divergences: Divergence[] = [];
  const [postgres] = servers;
  if (postgres !== undefined) {
    for (const diverging of found.toSorted((a, b) => a.index - b.index)) {
      divergences.push({
        index: diverging.index,
        ...(await shrunk({ pglite, postgres }, diverging, maxShrinkRuns)),
      });
    }
  }
  return { ...tally, seed, divergences, elapsedMs: elapsedMs() };
}

async function shrunk(
  engines: Engines,
  begin: Comparison & { readonly subject: Case },
  maxRuns: number,
): Promise<Omit<Divergence, "index">> {
  let latest: Comparison = begin;
  const smallest = await shrinkCase(
    { subject: begin.subject, steps: stepsUntil(begin) },
    async ({ subject, steps }) => {
      const comparison = await compareCase(engines, subject, { steps });
      if (comparison.difference === undefined) return undefined;
      latest = comparison;
      return stepsUntil(comparison);
    },
    maxRuns,
  );
  return { token: formatCaseToken(smallest), comparison: latest };
}

/** The steps that lead to the difference. */
function stepsUntil({ run, difference }: Comparison): Steps {
  return stepsOf(run.steps.slice(0, difference?.step));
}

async function naming<Result>(
  seed: number,
  index: number,
  subject: Case,
  body: () => Promise<Result>,
): Promise<Result> {
  try {
    return await body();
  } catch (error) {
    if (!(error instanceof SwitchyardError)) throw error;
    throw new SwitchyardError(
      error.code,
      `In case ${index} of seed ${seed}: ${error.message}`,
      `${error.remedy} Its token: ${formatCaseToken({ subject, steps: [] })}`,
      { cause: error },
    );
  }
}
