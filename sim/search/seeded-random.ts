/**
 * Random numbers from a seed, in the form that fast-check's arbitraries draw from.
 *
 * xoshiro128** (Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2021), its state filled by the finalizer
 * of MurmurHash3 over a Weyl sequence, so that neighbouring seeds give unrelated streams.
 */
import fc from "fast-check";

/** The streams of one run's seed; each is independent of the others. */
export type Stream = "data" | "schedule" | "runs";

const STREAM_SALT: Readonly<Record<Stream, number>> = {
  data: 0x64617461,
  schedule: 0x73636864,
  runs: 0x72756e73,
};
const WEYL_STEP = 0x9e37_79b9;

/** fast-check's random source over the given stream of `seed` (any integer; its low 32 bits count). */
export function seededRandom(seed: number, stream: Stream): fc.Random {
  return new fc.Random(new Xoshiro128(seedState(seed ^ STREAM_SALT[stream])));
}

/** The seed of the run with this index in an exploration: an integer from 0 to 4294967295. */
export function seedOfRun(exploreSeed: number, index: number): number {
  return scramble(scramble(exploreSeed ^ STREAM_SALT.runs) + Math.imul(index, WEYL_STEP));
}

class Xoshiro128 {
  readonly #state: Int32Array;

  constructor(state: readonly number[]) {
    this.#state = Int32Array.from(state);
  }

  clone(): Xoshiro128 {
    return new Xoshiro128(this.getState());
  }

  /** The next 32 bits, from -2147483648 to 2147483647. */
  next(): number {
    const [a = 0, b = 0, c = 0, d = 0] = this.#state;
    const result = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9);
    const c2 = c ^ a;
    const d2 = d ^ b;
    this.#state[0] = a ^ d2;
    this.#state[1] = b ^ c2;
    this.#state[2] = c2 ^ (b << 9);
    this.#state[3] = rotateLeft(d2, 11);
    return result;
  }

  getState(): readonly number[] {
    return [...this.#state];
  }
}

function seedState(seed: number): readonly number[] {
  return [1, 2, 3, 4].map((position) => scramble(seed + Math.imul(position, WEYL_STEP)));
}

function scramble(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85eb_ca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2_ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

function rotateLeft(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}
