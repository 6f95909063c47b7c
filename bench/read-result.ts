/**
 * Reads a result that `--json` wrote.
 */
import { readFileSync } from "node:fs";
import { RESULT_FORMAT, type BenchResult } from "./result.ts";

/** The result in `file`; throws an Error with one line where it cannot be read or is of another format. */
export function readResult(file: string): BenchResult {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new Error(`${file} cannot be read: ${(error as Error).message}`, { cause: error });
  }
  const result = parsed as Partial<BenchResult> | null;
  if (result?.format !== RESULT_FORMAT || !Array.isArray(result.cases)) {
    throw new Error(`${file} is no result of npm run bench in format ${RESULT_FORMAT}.`);
  }
  return result as BenchResult;
}
