/**
 * The backend's entropy: a seeded byte stream behind /dev/urandom, started anew for every statement.
 */
import { randomStream, type RandomStream } from "../../random.ts";

/** A byte stream that is set to a seed before each statement, so that a re-run draws the same bytes. */
export class Entropy {
  #seed = 0;
  #stream: RandomStream | undefined;
  /** Bytes drawn since the start of the process. */
  drawn = 0;

  /** Starts the stream anew; the generator is made when the first byte is asked for. */
  restart(seed: number): void {
    this.#seed = seed;
    this.#stream = undefined;
  }

  byte(): number {
    this.drawn++;
    this.#stream ??= randomStream(this.#seed);
    return this.#stream.u32() >>> 24;
  }
}
