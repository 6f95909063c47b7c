/**
 * The seed of the suites: the same on every machine, unless SWITCHYARD_SEED says otherwise.
 */

const DEFAULT_SEED = 1;
const MAX_SEED = 0x7fff_ffff;

/** The seed, which is printed: a failure is seen again with it. Throws where SWITCHYARD_SEED is no seed. */
export function suiteSeed(suite: string): number {
  const text = process.env["SWITCHYARD_SEED"] ?? String(DEFAULT_SEED);
  const seed = Number(text);
  if (!/^\d+$/.test(text) || seed > MAX_SEED) {
    throw new Error(`SWITCHYARD_SEED must be a whole number from 0 to ${MAX_SEED}, not "${text}".`);
  }
  process.stdout.write(`${suite}: SWITCHYARD_SEED=${seed}\n`);
  return seed;
}
