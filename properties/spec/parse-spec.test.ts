/**
 * The specification format is read whole, and what is wrong in a file is named with its place.
 */
import { describe, expect, it } from "vitest";
import { permutationsOf } from "../../sim/spec/all-permutations.ts";
import { parseSpec } from "../../sim/spec/parse-spec.ts";
import type { Permutation } from "../../sim/spec/test-spec.ts";

function names(permutation: Permutation): string {
  return permutation.map(({ step }) => step.name).join(" ");
}

describe("a specification", () => {
  it("has setups, a teardown, sessions with their own, and steps whose SQL is kept as it stands", () => {
    const spec = parseSpec(`
# a comment with { braces }
setup { CREATE TABLE a (); }
setup {
  CREATE TABLE b ();
}
teardown { DROP TABLE a, b; }
session "my ""own"" one"
setup { BEGIN; }
step s_1 {  SELECT '#', "step";
  SELECT 2;  }
step "permutation" {}
teardown { COMMIT; }
/* a comment
   of two lines */
session two
step t$2 { SELECT 3 }
`);
    expect(spec.setups).toEqual(["CREATE TABLE a ();", "\n  CREATE TABLE b ();\n"]);
    expect(spec.teardown).toBe("DROP TABLE a, b;");
    expect(spec.sessions).toEqual([
      {
        name: 'my "own" one',
        setup: "BEGIN;",
        steps: [
          { name: "s_1", sql: "SELECT '#', \"step\";\n  SELECT 2;", session: 0 },
          { name: "permutation", sql: "", session: 0 },
        ],
        teardown: "COMMIT;",
      },
      {
        name: "two",
        setup: undefined,
        steps: [{ name: "t$2", sql: "SELECT 3", session: 1 }],
        teardown: undefined,
      },
    ]);
  });

  it("has permutations with the three kinds of blockers, and knows the steps that none of them uses", () => {
    const spec = parseSpec(`
session a step a1 {} step a2 {} step idle {}
session b step b1 {}
permutation a1 b1 (*, a1, a2 notices 3) a2 # the end
permutation "b1"`);
    expect(spec.permutations.map(names)).toEqual(["a1 b1 a2", "b1"]);
    expect(spec.permutations[0]?.[1]?.blockers).toEqual([
      { kind: "once" },
      { kind: "step", step: { name: "a1", sql: "", session: 0 } },
      { kind: "notices", step: { name: "a2", sql: "", session: 0 }, count: 3 },
    ]);
    expect(spec.unusedSteps).toEqual(["idle"]);
  });

  it("without permutations stands for every interleaving, the first session first", () => {
    const spec = parseSpec("session a step a1 {} step a2 {} session b step b1 {}");
    expect([...permutationsOf(spec)].map(names)).toEqual(["a1 a2 b1", "a1 b1 a2", "b1 a1 a2"]);
    expect(spec.unusedSteps).toEqual([]);
  });
});

describe("an error in a specification", () => {
  it.each([
    ["session a\nstep x { SELECT 1", 'unexpected character "{" at line 2'],
    ["session a\n\nstep step { }", 'unexpected "step" at line 3'],
    ["session a", "unexpected the end of the file at line 1"],
    ["session a setup {} {}", "unexpected a block of SQL at line 1"],
    ["setup {}\n;", 'unexpected character ";" at line 2'],
    ["session a step x {} session b step x {}", "duplicate step name: x"],
    ["session a step x {} permutation y", 'undefined step "y" specified in permutation'],
    [
      "session a step x {} session b step y {} permutation x(y)",
      'undefined blocking step "y" referenced in permutation step "x"',
    ],
    [
      "session a step x {} step y {} permutation x(y) y",
      'permutation step "x" cannot block on its own session',
    ],
  ])("is named: %j", (text, message) => {
    expect(() => parseSpec(text)).toThrow(message);
  });
});
