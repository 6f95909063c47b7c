import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { minimize } from "../../sim/search/minimize.ts";

describe("minimize", () => {
  it("keeps exactly the items that are needed, in their order", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.nat(99)), fc.func(fc.boolean()), async (items, isNeeded) => {
        const needed = items.filter((item) => isNeeded(item));
        const kept = await minimize(items, async (subset) => needed.every((item) => subset.includes(item)));
        expect(kept).toEqual(needed);
      }),
    );
  });

  it("finds one of several ways to fail, from which nothing can be left out", async () => {
    const keeps = async (subset: readonly number[]): Promise<boolean> =>
      (subset.includes(1) && subset.includes(8)) ||
      (subset.includes(3) && subset.includes(4) && subset.includes(5));
    const kept = await minimize([1, 2, 3, 4, 5, 6, 7, 8], keeps);
    expect(await keeps(kept)).toBe(true);
    for (const item of kept) expect(await keeps(kept.filter((other) => other !== item))).toBe(false);
  });

  it("asks few questions where one item of a thousand matters", async () => {
    let questions = 0;
    const items = Array.from({ length: 1000 }, (_, index) => index);
    await minimize(items, async (subset) => {
      questions += 1;
      return subset.includes(617);
    });
    expect(questions).toBeLessThan(60);
  });
});
