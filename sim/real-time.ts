/**
 * The one door to the machine's clock. Only reports may show what comes through it: nothing that decides how a run goes
 * may depend on it.
 */

/** Starts a stopwatch; the function returned gives the milliseconds since then (monotonic, with fractions). */
export function startStopwatch(): () => number {
  const beginMs = performance.now();
  return () => performance.now() - beginMs;
}
