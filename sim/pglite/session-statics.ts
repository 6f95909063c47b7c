/**
 * The backend's static state that belongs to a session: the generator behind random(), and uuidv7()'s last value.
 *
 * One backend serves all sessions, so the state is written before a session's statement and read back after it.
 */
import { deriveSeed, randomStream } from "../random.ts";
import type { BackendMemory } from "./backend-memory.ts";

/** Where the state lies: addresses and lengths in bytes. */
export interface StaticsLayout {
  /** State of random(), 16 bytes. */
  readonly randomState: number;
  /** State of the server's own generator, 16 bytes. */
  readonly globalRandomState: number;
  /** uuidv7()'s last nanosecond, 8 bytes. */
  readonly lastUuidv7: number;
}

const STATE_BYTES = 16;
const UUID_BYTES = 8;

/** A session's state as bytes. */
export type SessionStatics = Uint8Array;

/** The state with which a session of a run begins. */
export function freshStatics(seed: number, session: string): SessionStatics {
  const stream = randomStream(deriveSeed(seed, session, "random()"));
  const bytes = new Uint8Array(2 * STATE_BYTES + UUID_BYTES);
  for (let index = 0; index < 2 * STATE_BYTES; index++) bytes[index] = stream.u32() >>> 24;
  return bytes;
}

/** Reads the state that the last statement left. */
export function readStatics(memory: BackendMemory, layout: StaticsLayout): SessionStatics {
  const bytes = memory.bytes();
  const statics = new Uint8Array(2 * STATE_BYTES + UUID_BYTES);
  statics.set(bytes.subarray(layout.randomState, layout.randomState + STATE_BYTES), 0);
  statics.set(bytes.subarray(layout.globalRandomState, layout.globalRandomState + STATE_BYTES), STATE_BYTES);
  statics.set(bytes.subarray(layout.lastUuidv7, layout.lastUuidv7 + UUID_BYTES), 2 * STATE_BYTES);
  return statics;
}

/** Puts a session's state in place. */
export function writeStatics(memory: BackendMemory, layout: StaticsLayout, statics: SessionStatics): void {
  memory.write(layout.randomState, statics.subarray(0, STATE_BYTES));
  memory.write(layout.globalRandomState, statics.subarray(STATE_BYTES, 2 * STATE_BYTES));
  memory.write(layout.lastUuidv7, statics.subarray(2 * STATE_BYTES));
}
