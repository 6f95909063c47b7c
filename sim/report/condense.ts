/**
 * Chooses what a short story tells.
 */

/** Items of this weight or more are what the others are near to or far from. */
const TELLING_WEIGHT = 3;

/**
 * At most `max` of `items`, in their order: the light ones go first, and among equals those farthest from a telling one. What was only
 * found at the end (`isAtEnd`) does not tell where.
 */
export function condense<Item extends { readonly weight: number; readonly isAtEnd?: boolean }>(
  items: readonly Item[],
  max: number,
): readonly Item[] {
  if (items.length <= max) return items;
  const telling = items.flatMap(({ weight, isAtEnd }, place) =>
    weight >= TELLING_WEIGHT && isAtEnd !== true ? [place] : [],
  );
  const distance = (place: number): number =>
    telling.reduce((nearest, other) => Math.min(nearest, Math.abs(place - other)), items.length);
  const ranked = items
    .map((item, place) => ({ item, place, distance: distance(place) }))
    .sort((a, b) => b.item.weight - a.item.weight || a.distance - b.distance || b.place - a.place);
  return ranked
    .slice(0, max)
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}
