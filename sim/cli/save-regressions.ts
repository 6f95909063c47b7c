/**
 * Writes the counterexamples of an exploration as files that can be replayed as regressions.
 */
import { writeRegression } from "../report/regression-file.ts";
import type { ExploreReport } from "../search/explore.ts";

/** Writes one file for each broken invariant to `directory`, which is made if it is missing and needed; older ones are replaced. */
export async function saveRegressions(
  directory: string,
  { violations, strategy, seed }: ExploreReport,
): Promise<void> {
  for (const violation of violations) await writeRegression(directory, { ...violation, strategy, seed });
}
