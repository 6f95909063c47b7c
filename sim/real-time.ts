/**
 * The one door to the machine's clock and randomness. Only reports may show what comes through it: nothing that decides how a run goes
 * may depend on it.
 */
import { randomBytes } from "node:crypto";

/** Starts a stopwatch; the function returned gives the milliseconds since then (monotonic, with fractions). */
export function startStopwatch(): () => number {
  const beginMs = performance.now();
  return () => performance.now() - beginMs;
}

/** A name part of 12 hexadecimal digits that nobody else on this machine or server uses (databases, passwords). */
export function randomName(): string {
  return randomBytes(6).toString("hex");
}
