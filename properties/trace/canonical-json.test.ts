import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson, toPlain } from "../../sim/trace/canonical-json.ts";

describe("canonical JSON", () => {
  it("writes what rows are made of as text that tells them apart", () => {
    const row = { at: new Date(0), bytes: Buffer.from([1, 255]), big: 2n ** 60n, ratio: NaN, none: null };
    expect(canonicalJson(row)).toBe(
      '{"at":"1970-01-01T00:00:00.000Z","bytes":"\\\\x01ff","big":"1152921504606846976","ratio":"NaN","none":null}',
    );
  });

  it("is JSON.stringify for what is plain data already", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(canonicalJson(value)).toBe(JSON.stringify(value));
      }),
    );
  });

  it("leaves undefined fields out and keeps the places of undefined items", () => {
    expect(toPlain({ a: undefined, b: [1, undefined] })).toEqual({ b: [1, null] });
    expect(Object.keys(toPlain({ a: undefined }) as object)).toEqual([]);
  });
});
