/**
 * Runs cases one after the other and says where it is.
 */
import { startStopwatch } from "../sim/real-time.ts";
import { Skipped, type BenchCase } from "./bench-case.ts";
import { environment } from "./report/environment.ts";
import { RESULT_FORMAT, type BenchResult, type CaseResult } from "./result.ts";
import type { Scale } from "./scale.ts";

/** Runs `cases` at `scale`; `say` is told, line by line, what is being done. Errors other than Skipped are thrown on. */
export async function runCases(
  cases: readonly BenchCase[],
  scale: Scale,
  say: (line: string) => void,
): Promise<BenchResult> {
  const elapsedMs = startStopwatch();
  const results: CaseResult[] = [];
  for (const [index, one] of cases.entries()) {
    const { name, title } = one;
    const progress = (text: string): void =>
      say(`${(elapsedMs() / 1000).toFixed(0).padStart(5)} s  ${index + 1}/${cases.length} ${name}: ${text}`);
    progress("begins");
    try {
      results.push({ state: "done", name, title, ...(await one.run({ scale, progress })) });
    } catch (error) {
      if (!(error instanceof Skipped)) throw error;
      progress(`skipped: ${error.message}`);
      results.push({ state: "skipped", name, title, reason: error.message });
    }
  }
  return { format: RESULT_FORMAT, scale: scale.name, environment: environment(), cases: results };
}
