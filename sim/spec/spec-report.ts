/**
 * What came of a specification: each permutation's verdict, and the counts.
 */
import { differenceOf, headerDifference, type Difference, type ExpectedOutput } from "./expected-output.ts";
import type { PermutationResult } from "./run-spec.ts";

/** The verdict on one permutation. */
export interface PermutationVerdict {
  readonly permutation: string;
  /** "passed": as expected, or, where nothing is expected, run to its end. */
  readonly state: "passed" | "failed" | "refused";
  /** Why not; undefined for "passed". */
  readonly reason: string | undefined;
}

/** The verdicts on a specification. */
export interface SpecReport {
  readonly permutations: number;
  readonly passed: number;
  readonly failed: number;
  readonly refused: number;
  /** In the order of the specification. */
  readonly results: readonly PermutationVerdict[];
  /** The first permutation that failed by its output, or the header. */
  readonly firstDifference: Difference | undefined;
}

/** Judges the results by the expected outputs; any one of them will do for each permutation. */
export function specReport(
  header: string,
  results: readonly PermutationResult[],
  expected: readonly ExpectedOutput[],
): SpecReport {
  const differences = results.map(({ state, output }, index) =>
    state === "ran" ? differenceOf(expected, index, output) : undefined,
  );
  const verdicts = results.map(({ permutation, state, reason }, index): PermutationVerdict => {
    if (state !== "ran") return { permutation, state, reason };
    const difference = differences[index];
    return difference === undefined
      ? { permutation, state: "passed", reason: undefined }
      : { permutation, state: "failed", reason: `the output differs from ${difference.name}` };
  });
  verdicts.push(...missing(results.length, expected));
  const count = (state: PermutationVerdict["state"]): number =>
    verdicts.filter((verdict) => verdict.state === state).length;
  return {
    permutations: verdicts.length,
    passed: count("passed"),
    failed: count("failed"),
    refused: count("refused"),
    results: verdicts,
    firstDifference: headerDifference(expected, header) ?? differences.find((found) => found !== undefined),
  };
}

/** Permutations that every expected output has and the specification has not. */
function missing(run: number, expected: readonly ExpectedOutput[]): PermutationVerdict[] {
  const fewest = expected.toSorted((a, b) => a.permutations.length - b.permutations.length)[0];
  return (fewest?.permutations ?? []).slice(run).map((text) => ({
    permutation: text.split("\n")[1]?.replace("starting permutation: ", "") ?? "",
    state: "failed",
    reason: `${fewest?.name} has it, the specification has not`,
  }));
}
