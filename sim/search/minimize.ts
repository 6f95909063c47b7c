/**
 * Delta debugging (Zeller and Hildebrandt, "Simplifying and isolating failure-inducing input", 2002), complements only.
 */

/**
 * A subset of `items` (in their order) for which `keeps` still holds and from which no single item can be left out.
 * `keeps` must hold for `items` itself; it is asked about O(n log n) subsets where few items matter, O(n²) at worst.
 */
export async function minimize<Item>(
  items: readonly Item[],
  keeps: (subset: readonly Item[]) => Promise<boolean>,
): Promise<readonly Item[]> {
  if (items.length > 0 && (await keeps([]))) return [];
  let kept = items;
  let parts = 2;
  while (kept.length > 1) {
    const smaller = await withoutOnePart(kept, Math.min(parts, kept.length), keeps);
    if (smaller !== undefined) {
      kept = smaller;
      parts = Math.max(parts - 1, 2);
    } else if (parts >= kept.length) {
      break;
    } else {
      parts *= 2;
    }
  }
  return kept;
}

async function withoutOnePart<Item>(
  items: readonly Item[],
  parts: number,
  keeps: (subset: readonly Item[]) => Promise<boolean>,
): Promise<readonly Item[] | undefined> {
  for (let part = 0; part < parts; part += 1) {
    const begin = Math.floor((part * items.length) / parts);
    const end = Math.floor(((part + 1) * items.length) / parts);
    const rest = [...items.slice(0, begin), ...items.slice(end)];
    if (await keeps(rest)) return rest;
  }
  return undefined;
}
