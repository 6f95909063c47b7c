/**
 * The one door to the machine's clock and randomness. Only reports may show what comes through it, and what never ends may be
 * given up by it: nothing that decides how a run goes may depend on it.
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

/** Resolves when everything that this thread can do without waiting for the world outside has been done. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Resolves with `early`, or after `ms` of real time, whichever comes first. For waiting on a server; a run has virtual time. */
export async function atMostMs(ms: number, early: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
  await Promise.race([early, late]);
  clearTimeout(timer);
}
