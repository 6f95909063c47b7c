/**
 * Writes the counterexamples of an exploration as files that can be replayed as regressions.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { tellStory } from "../report/story.ts";
import type { ExploreReport } from "../search/explore.ts";
import type { Regression } from "../search/regression.ts";

/** Writes one file for each broken invariant to `directory`, which is made if it is missing; older ones are replaced. */
export async function saveRegressions(directory: string, report: ExploreReport): Promise<void> {
  await mkdir(directory, { recursive: true });
  const { race, mutant, strategy, seed } = report;
  for (const { invariant, token, index, run } of report.violations) {
    const regression: Regression = {
      race,
      ...(mutant === undefined ? {} : { mutant }),
      invariant,
      token,
      strategy,
      seed,
      index,
      story: await tellStory(run),
    };
    const name = [race, ...(mutant === undefined ? [] : [`mutant-${mutant}`]), invariant].join("-");
    const file = join(directory, `${name.replace(/[^A-Za-z0-9_.-]+/g, "-")}.json`);
    await writeFile(file, `${JSON.stringify(regression, undefined, 2)}\n`);
  }
}
