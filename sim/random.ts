/**
 * The one door for randomness: seeded generators, and seeds derived from a seed and a path of labels.
 */
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/** A seeded stream of random numbers. */
export interface RandomStream {
  /** A whole number in [0, 2^32). */
  u32(): number;
  /** A number in [0, 1) with 32 random bits. */
  fraction(): number;
}

/** A stream that depends on nothing but `seed` (32 bits are used). */
export function randomStream(seed: number): RandomStream {
  const generator = xoroshiro128plus(seed | 0);
  const u32 = (): number => generator.next() >>> 0;
  return { u32, fraction: () => u32() / 0x1_0000_0000 };
}

/** A 32-bit seed that depends on `seed` and every label: FNV-1a over both, then a final mix. */
export function deriveSeed(seed: number, ...labels: readonly (string | number)[]): number {
  let hash = 0x811c9dc5 ^ seed;
  for (const label of labels) {
    const text = `${label}/`;
    for (let index = 0; index < text.length; index++) {
      hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
    }
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
