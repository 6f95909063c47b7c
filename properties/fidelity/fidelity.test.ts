/**
 * The fidelity table of sim/README.md says what behaviours.ts says, and what that names is tested.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { BEHAVIOURS } from "./behaviours.ts";
import { CASES, missingEvidence, titlesIn } from "./evidence.ts";
import { fidelitySection, README, withSection } from "./fidelity-section.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

describe("the fidelity table", () => {
  it.each(BEHAVIOURS)("names tests that exist for: $behaviour", ({ shownBy }) => {
    expect(shownBy.length).toBeGreaterThan(0);
    expect(shownBy.map((evidence) => missingEvidence(ROOT, evidence))).toEqual(shownBy.map(() => undefined));
  });

  it("stands in the README as it is written from the data", async () => {
    const readme = readFileSync(join(ROOT, README), "utf8");
    expect(withSection(readme, await fidelitySection(BEHAVIOURS)), "run: npm run fidelity").toBe(readme);
  });

  it("names every specification of the suite that shows a behaviour of Postgres", () => {
    const named = BEHAVIOURS.flatMap(({ shownBy }) => shownBy).flatMap((evidence) =>
      "specCase" in evidence ? [evidence.specCase] : [],
    );
    const all = readdirSync(join(ROOT, CASES))
      .filter((file) => file.endsWith(".spec"))
      .map((file) => file.replace(/\.spec$/, ""));
    expect(all.filter((name) => !named.includes(name) && !FORMAT_ONLY.includes(name))).toEqual([]);
  });
});

describe("evidence", () => {
  it("is missing where a file or a title is", () => {
    expect(missingEvidence(ROOT, { specCase: "no-such-case" })).toBe(
      `${CASES}/no-such-case.spec is not there`,
    );
    expect(missingEvidence(ROOT, { file: "no-such-file.ts", title: "t" })).toBe(
      "no-such-file.ts is not there",
    );
    const file = "properties/fidelity/fidelity.test.ts";
    expect(missingEvidence(ROOT, { file, title: "is missing where a file or a title is" })).toBeUndefined();
    expect(missingEvidence(ROOT, { file, title: "is missing" })).toBe(`${file} has no test "is missing"`);
  });

  it("is no skipped test", () => {
    const source = [
      'it("one", () => {});',
      'it.skip("two", () => {});',
      'it.each([[1]])("three", () => {});',
    ];
    expect(titlesIn(source.join("\n"))).toEqual(["one", "three"]);
  });
});

/** Cases that show what the format means, not what Postgres does. */
const FORMAT_ONLY = ["markers", "tables"];
