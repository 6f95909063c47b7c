import { describe, expect, it } from "vitest";
import { clauses } from "../../model/mutants/clauses-of.ts";
import { STATEMENTS } from "../../model/mutants/locking-clauses.ts";
import { races } from "../races/index.ts";

const sentByReference = Object.values(STATEMENTS).flatMap((statements) => Object.values(statements));

describe("a locking-clause mutant", () => {
  it("names a statement that the reference never sends, unless two statements change places in it", () => {
    const unnamed = clauses.filter(({ sends }) => sends === undefined).map(({ title }) => title);
    expect(unnamed.filter((title) => !title.endsWith(" after lockDetail"))).toEqual([]);
    const known = clauses.filter(({ sends }) => sends !== undefined && sentByReference.includes(sends));
    expect(known.map(({ title }) => title)).toEqual([]);
  });

  it("that is called equivalent names its statement, and its race names small data", () => {
    const equivalent = races.flatMap((race) =>
      race.mutants.filter((mutant) => mutant.equivalent !== undefined).map((mutant) => ({ race, mutant })),
    );
    const unfit = equivalent.filter(
      ({ race, mutant }) => mutant.sends === undefined || race.exhaustive === undefined,
    );
    expect(equivalent.length).toBeGreaterThan(0);
    expect(unfit.map(({ mutant }) => mutant.title)).toEqual([]);
  });
});
