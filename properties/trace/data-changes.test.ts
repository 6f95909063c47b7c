import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applyChanges, changesBetween } from "../../sim/trace/data-changes.ts";
import type { Json } from "../../sim/trace/trace.ts";

const json = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value))) as fc.Arbitrary<Json>;

describe("changes of data", () => {
  it("made to what they start from give what they lead to", () => {
    const person = fc.record({ moment: fc.constantFrom("start", 0, null), options: fc.array(json) });
    const data = fc.oneof(json, fc.record({ alice: person, bob: json })) as fc.Arbitrary<Json>;
    fc.assert(
      fc.property(data, data, (from, to) => {
        expect(applyChanges(from, changesBetween(from, to))).toEqual(to);
      }),
    );
  });

  it("are few where little differs, and none where nothing does", () => {
    const drawn = { options: ["a", "b"], alice: { moment: "start", choice: "a" } };
    expect(changesBetween(drawn, structuredClone(drawn))).toEqual([]);
    expect(changesBetween(drawn, { options: ["a"], alice: { moment: 0, choice: "a" } })).toEqual([
      { path: ["options"], value: ["a"] },
      { path: ["alice", "moment"], value: 0 },
    ]);
  });

  it("are refused where the data have no such key", () => {
    expect(() => applyChanges({ alice: 1 }, [{ path: ["bob", "moment"], value: 0 }])).toThrow(
      /"bob\.moment"/,
    );
  });
});
