import { expect, it, vi } from "vitest";
import { loadGrammar, oncePerText, parseStatements } from "../../sim/sql/grammar.ts";

it("says so when a text is parsed before the grammar is loaded", async () => {
  vi.resetModules();
  const grammar = await import("../../sim/sql/grammar.ts");
  expect(() => grammar.parseStatements("select 1")).toThrow("loadGrammar");
  await grammar.loadGrammar();
  expect(grammar.parseStatements("select 1; commit")).toHaveLength(2);
});

it("tells a text that does not parse from one without statements", async () => {
  await loadGrammar();
  expect(parseStatements("selekt 1")).toBeUndefined();
  expect(parseStatements("-- nothing")).toEqual([]);
});

it("is asked for each text once", () => {
  const asked: string[] = [];
  const lengthOf = oncePerText((text) => ({ length: asked.push(text) && text.length }));
  expect([lengthOf("ab"), lengthOf("a"), lengthOf("ab")].map(({ length }) => length)).toEqual([2, 1, 2]);
  expect(asked).toEqual(["ab", "a"]);
});
