/**
 * Cycles in the wait-for graph of sessions.
 */

/**
 * A cycle through `start`, as the sessions on it in order (each waits for the next, the last for `start`), or
 * undefined. Of several, the one found first in the order in which `waitsFor` lists them.
 */
function cycleThrough(start: string, waitsFor: (session: string) => readonly string[]): string[] | undefined {
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

/**
 * The sessions of a cycle through `start`, in its order, and behind them the others that wait for each other in further cycles with
 * them (the rest of the strongly connected component), in the order in which they are found; undefined where there is no cycle.
 */
export function entangledWith(
  start: string,
  waitsFor: (session: string) => readonly string[],
): string[] | undefined {
  const cycle = cycleThrough(start, waitsFor);
  if (!cycle) return undefined;
  const reached = reachableFrom(start, waitsFor);
  const others = reached.filter(
    (session) => !cycle.includes(session) && reachableFrom(session, waitsFor).includes(start),
  );
  return [...cycle, ...others];
}

function reachableFrom(start: string, waitsFor: (session: string) => readonly string[]): string[] {
  const reached = new Set<string>();
  const open = [start];
  for (let session = open.pop(); session !== undefined; session = open.pop()) {
    for (const next of waitsFor(session)) {
      if (reached.has(next)) continue;
      reached.add(next);
      open.push(next);
    }
  }
  return [...reached];
}
