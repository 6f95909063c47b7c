/**
 * Cycles in the wait-for graph of sessions.
 */

/**
 * A cycle through `start`, as the sessions on it in order (each waits for the next, the last for `start`), or
 * undefined. Of several, the one found first in the order in which `waitsFor` lists them.
 */
export function cycleThrough(
  start: string,
  waitsFor: (session: string) => readonly string[],
): string[] | undefined {
  const visited = new Set<string>();
  const search = (session: string, path: readonly string[]): string[] | undefined => {
    for (const next of waitsFor(session)) {
      if (next === start) return [...path];
      if (visited.has(next)) continue;
      visited.add(next);
      const found = search(next, [...path, next]);
      if (found) return found;
    }
    return undefined;
  };
  return search(start, [start]);
}
