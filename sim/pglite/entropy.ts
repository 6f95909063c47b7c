/**
 * The backend's entropy: a seeded byte stream behind /dev/urandom, started anew for every statement.
 */
import { deriveSeed, randomStream, type RandomStream } from "../random.ts";

/** A byte stream that is set to a seed before each statement, whatever was drawn before. */
export class Entropy {
  #seed = 0;
  #labels: readonly (string | number)[] = [];
  #stream: RandomStream | undefined;
  /** Bytes drawn since the start of the process. */
  drawn = 0;

  /** Starts the stream anew, from a seed and labels; the generator is made when the first byte is asked for. */
  restart(seed: number, ...labels: readonly (string | number)[]): void {
    this.#seed = seed;
    this.#labels = labels;
    this.#stream = undefined;
  }

  byte(): number {
    this.drawn++;
    this.#stream ??= randomStream(deriveSeed(this.#seed, ...this.#labels));
    return this.#stream.u32() >>> 24;
  }
}
