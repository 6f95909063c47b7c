/**
 * The statics of a backend that are random, or that carry over from statement to statement: the generators behind random()
 * and inside the server, and uuidv7()'s last value. A session of a run begins with values that its seed and name give.
 */
import { deriveSeed, randomStream } from "../random.ts";
import type { SharedMemory } from "./machine/shared-memory.ts";
import type { AddressRange } from "./machine/statics.ts";

/** Where they lie. */
export interface SessionStatics {
  /** State of random(), 16 bytes. */
  readonly randomState: number;
  /** State of the server's own generator, 16 bytes. */
  readonly globalRandomState: number;
  /** uuidv7()'s last nanosecond, 8 bytes. */
  readonly lastUuidv7: number;
}

const STATE_BYTES = 16;
const UUID_BYTES = 8;
const WORD = 4;

/** The ranges of addresses that they take. */
export function sessionRanges({
  randomState,
  globalRandomState,
  lastUuidv7,
}: SessionStatics): AddressRange[] {
  return [
    { start: randomState, end: randomState + STATE_BYTES },
    { start: globalRandomState, end: globalRandomState + STATE_BYTES },
    { start: lastUuidv7, end: lastUuidv7 + UUID_BYTES },
  ];
}

/** Writes those of a new session; `addressOf` tells where its backend keeps the static at an address. */
export function beginSession(
  memory: SharedMemory,
  statics: SessionStatics,
  addressOf: (address: number) => number,
  seed: number,
  session: string,
): void {
  const stream = randomStream(deriveSeed(seed, session, "random()"));
  for (const start of [statics.randomState, statics.globalRandomState]) {
    for (let at = start; at < start + STATE_BYTES; at += WORD) memory.setU32(addressOf(at), stream.u32());
  }
  memory.setU64(addressOf(statics.lastUuidv7), 0n);
}
