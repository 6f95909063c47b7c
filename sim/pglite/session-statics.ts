/**
 * The backend's static state that belongs to a session: the generator behind random(), and uuidv7()'s last value.
 *
 * One backend serves all sessions, so the state is written before a session's statement and read back after it.
 */
import { deriveSeed, randomStream } from "../random.ts";
import type { BackendMemory } from "./backend-memory.ts";

/** Where the state lies: addresses. */
export interface StaticsLayout {
  /** State of random(), 16 bytes. */
  readonly randomState: number;
  /** State of the server's own generator, 16 bytes. */
  readonly globalRandomState: number;
  /** uuidv7()'s last nanosecond, 8 bytes. */
  readonly lastUuidv7: number;
}

/** A session's state as 32-bit words. */
export type SessionStatics = readonly number[];

/** Random words of the fresh state; the rest, uuidv7()'s last value, is 0. */
const RANDOM_WORDS = 8;
const UUID_WORDS = 2;

/** The state with which a session of a run begins. */
export function freshStatics(seed: number, session: string): SessionStatics {
  const stream = randomStream(deriveSeed(seed, session, "random()"));
  const random = Array.from({ length: RANDOM_WORDS }, () => stream.u32());
  return [...random, ...Array.from({ length: UUID_WORDS }, () => 0)];
}

/** The state in the backend's memory, which most statements leave as it is. */
export class StaticsDoor {
  readonly #memory: BackendMemory;
  readonly #addresses: readonly number[];
  #last: SessionStatics = [];

  constructor(memory: BackendMemory, layout: StaticsLayout) {
    this.#memory = memory;
    const words = (start: number, count: number): number[] =>
      Array.from({ length: count }, (_, i) => start + 4 * i);
    this.#addresses = [
      ...words(layout.randomState, 4),
      ...words(layout.globalRandomState, 4),
      ...words(layout.lastUuidv7, UUID_WORDS),
    ];
  }

  /** The state that the last statement left; the very object that was written if it left it alone. */
  read(): SessionStatics {
    const unchanged =
      this.#last.length > 0 &&
      this.#addresses.every((address, index) => this.#memory.u32(address) === this.#last[index]);
    if (!unchanged) this.#last = this.#addresses.map((address) => this.#memory.u32(address));
    return this.#last;
  }

  /** Puts a session's state in place. */
  write(statics: SessionStatics): void {
    if (this.read() === statics) return;
    for (const [index, address] of this.#addresses.entries())
      this.#memory.setU32(address, statics[index] ?? 0);
    this.#last = statics;
  }
}
