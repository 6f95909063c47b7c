/**
 * A counterexample as a file that can be replayed as a regression.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Regression } from "../search/regression.ts";
import type { RunResult } from "../trace/trace.ts";
import { tellStory } from "./story.ts";

/** A run that broke a promise, and how it was found. */
export interface Counterexample extends Pick<
  Regression,
  "invariant" | "token" | "strategy" | "seed" | "index"
> {
  readonly run: RunResult;
}

/**
 * Writes the regression file of a counterexample to `folder`, which is made if it is missing; an older one is replaced. Gives the
 * file.
 */
export async function writeRegression(folder: string, counterexample: Counterexample): Promise<string> {
  const { run, invariant, token, strategy, seed, index } = counterexample;
  const { race, mutant } = run;
  const story = await tellStory(run);
  const regression: Regression = {
    race,
    ...(mutant === undefined ? {} : { mutant }),
    invariant,
    token,
    strategy,
    seed,
    index,
    story,
  };
  const file = join(folder, `${counterexampleName(counterexample)}.json`);
  await mkdir(folder, { recursive: true });
  await writeFile(file, `${JSON.stringify(regression, undefined, 2)}\n`);
  return file;
}

/** What files about a counterexample are called, without their ending: "hitl-clear-mutant-8-I6". */
export function counterexampleName({
  run: { race, mutant },
  invariant,
}: Pick<Counterexample, "run" | "invariant">): string {
  const words = [race, ...(mutant === undefined ? [] : [`mutant-${mutant}`]), invariant];
  return words.join("-").replace(/[^A-Za-z0-9_.-]+/g, "-");
}
