import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SwitchyardError } from "../../sim/switchyard-error.ts";
import { formatToken, parseToken, type TokenParts } from "../../sim/trace/token.ts";
import type { Json } from "../../sim/trace/trace.ts";

const sessionName = fc.oneof(
  fc.constantFrom("worker", "alice", "scheduler-2"),
  fc.string({ unit: "grapheme", minLength: 1 }).filter((name) => !name.startsWith("!")),
);
const step = fc.tuple(sessionName, fc.boolean()).map(([name, victim]) => (victim ? `!${name}` : name));
const text = fc.string({ unit: "grapheme" });
const json = fc
  .jsonValue({ noUnicodeString: false })
  .map((value) => JSON.parse(JSON.stringify(value))) as fc.Arbitrary<Json>;
const tokenParts: fc.Arbitrary<TokenParts> = fc.record({
  race: fc.oneof(fc.constant("hitl/park-respond-sweep"), fc.string({ unit: "grapheme", minLength: 1 })),
  seed: fc.nat({ max: 0xffff_ffff }),
  mutant: fc.option(fc.nat(), { nil: undefined }),
  clock: fc.constantFrom(undefined, "still"),
  data: fc.array(fc.record({ path: fc.array(text, { maxLength: 3 }), value: json }), { maxLength: 3 }),
  steps: fc
    .array(fc.tuple(step, fc.integer({ min: 1, max: 5 })))
    .map((runs) => runs.flatMap(([name, length]) => Array<string>(length).fill(name))),
});

describe("a token", () => {
  it("gives back what it was made of, and is one word that no shell changes", () => {
    fc.assert(
      fc.property(tokenParts, (parts) => {
        const token = formatToken(parts);
        expect(token).toMatch(/^[A-Za-z0-9_.,:/=@+-]+$/);
        const read = parseToken(token);
        expect(read).toEqual(parts);
        expect(formatToken(read)).toBe(token);
      }),
    );
  });

  it("shows who went when, and which data are not the seed's", () => {
    const token = formatToken({
      race: "hitl/park-respond-sweep",
      seed: 42,
      mutant: 4,
      data: [
        { path: ["timeoutMs"], value: 0 },
        { path: ["alice", "moment"], value: "start" },
        { path: ["options"], value: ["approve", "reject"] },
      ],
      steps: ["worker", "worker", "worker", "alice", "alice", "!alice", "worker"],
    });
    expect(token).toMatch(
      /^sy1:hitl\/park-respond-sweep:seed=42:mutant=4:data=timeoutMs@0,alice\.moment@start,options@\+approve\+reject:steps=worker\+3,alice\+2,@alice,worker:c=[0-9a-f]{8}$/,
    );
  });

  it("is refused if any one character of it is changed or it is cut short", () => {
    fc.assert(
      fc.property(tokenParts, fc.nat(), fc.constantFrom("x", "7", ":", ","), (parts, place, other) => {
        const token = formatToken(parts);
        const at = place % token.length;
        const cut = token.slice(0, at);
        const changed = cut + (token[at] === other ? "Q" : other) + token.slice(at + 1);
        for (const damaged of [cut, changed]) {
          const error = errorOf(() => parseToken(damaged));
          expect(error.code).toBe("token");
          expect(error.remedy).not.toBe("");
        }
      }),
    );
  });

  it("of another version is refused with both versions named", () => {
    const error = errorOf(() => parseToken("sy9:some/race:seed=1:c=00000000"));
    expect(error.message).toContain("sy9");
    expect(error.message).toContain("sy1");
  });
});

function errorOf(body: () => unknown): SwitchyardError {
  try {
    body();
  } catch (error) {
    if (error instanceof SwitchyardError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}
