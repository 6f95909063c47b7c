/**
 * A specification's results are judged by expected outputs, of which any will do for each permutation.
 */
import { describe, expect, it } from "vitest";
import { readExpectedOutput } from "../../sim/spec/expected-output.ts";
import { lineDiff } from "../../sim/spec/line-diff.ts";
import type { PermutationResult } from "../../sim/spec/run-spec.ts";
import { specReport } from "../../sim/spec/spec-report.ts";

const HEADER = "Parsed test spec with 2 sessions\n";
const FIRST = "\nstarting permutation: a b\nstep a: A\nstep b: B\n";
const SECOND = "\nstarting permutation: b a\nstep b: B\nstep a: A\n";

function ran(output: string): PermutationResult {
  const permutation = output.split("\n")[1]?.replace("starting permutation: ", "") ?? "";
  return { permutation, output, state: "ran", reason: undefined };
}

describe("the report on a specification", () => {
  it("passes what one of the expected outputs has at the same place", () => {
    const files = [
      readExpectedOutput("one.out", HEADER + FIRST + SECOND.replace("A", "C")),
      readExpectedOutput("two.out", HEADER + FIRST.replace("A", "C") + SECOND),
    ];
    const report = specReport(HEADER, [ran(FIRST), ran(SECOND)], files);
    expect(report).toMatchObject({ permutations: 2, passed: 2, failed: 0, refused: 0 });
    expect(report.firstDifference).toBeUndefined();
  });

  it("names the nearest file where none is equal, and keeps the first difference", () => {
    const files = [
      readExpectedOutput("far.out", `${HEADER}\nstarting permutation: a b\nother\n${SECOND}`),
      readExpectedOutput("near.out", HEADER + FIRST.replace("step b: B", "step b: X") + SECOND),
    ];
    const report = specReport(HEADER, [ran(FIRST), ran(SECOND)], files);
    expect(report).toMatchObject({ passed: 1, failed: 1 });
    expect(report.results[0]?.reason).toBe("the output differs from near.out");
    expect(report.firstDifference).toMatchObject({ name: "near.out", actual: FIRST });
  });

  it("counts refused permutations apart, and permutations that are missing as failed", () => {
    const refused: PermutationResult = { permutation: "a b", output: "", state: "refused", reason: "VACUUM" };
    const report = specReport(HEADER, [refused], [readExpectedOutput("x.out", HEADER + FIRST + SECOND)]);
    expect(report).toMatchObject({ permutations: 2, passed: 0, failed: 1, refused: 1 });
    expect(report.results[1]).toMatchObject({ permutation: "b a", state: "failed" });
  });

  it("without an expected output passes what ran to its end", () => {
    const stuck: PermutationResult = { permutation: "b a", output: "", state: "failed", reason: "stuck" };
    expect(specReport(HEADER, [ran(FIRST), stuck], [])).toMatchObject({ passed: 1, failed: 1, refused: 0 });
  });
});

describe("a difference by lines", () => {
  it("marks what only one of the texts has", () => {
    expect(lineDiff("a\nb\nc\n", "a\nx\nc\nd\n")).toEqual([" a", "-b", "+x", " c", "+d"]);
  });

  it("of equal texts has no marks", () => {
    expect(lineDiff("a\nb\n", "a\nb\n")).toEqual([" a", " b"]);
  });
});
