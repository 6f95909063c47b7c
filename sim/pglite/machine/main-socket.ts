/**
 * What the main thread's backend has in place of a socket: messages that it reads, and an answer that it writes, through two functions
 * that Postgres calls.
 */
import type { SharedMemory } from "./shared-memory.ts";

/** Room for an answer at the start, in bytes. */
const ANSWER_BYTES = 65_536;
/** Room that is kept for the next one, in bytes. */
const MAX_ANSWER_KEPT = 16 * ANSWER_BYTES;

/** The socket; one exchange at a time. */
export class MainSocket {
  readonly #memory: SharedMemory;
  #messages: Uint8Array = new Uint8Array(0);
  #readSoFar = 0;
  #answer: Buffer = Buffer.alloc(ANSWER_BYTES);
  #answerLength = 0;

  constructor(memory: SharedMemory) {
    this.#memory = memory;
  }

  /** Begins an exchange. */
  send(messages: Uint8Array): void {
    this.#messages = messages;
    this.#readSoFar = 0;
    this.#answerLength = 0;
    if (this.#answer.length > MAX_ANSWER_KEPT) this.#answer = Buffer.alloc(ANSWER_BYTES);
  }

  /** Whether the backend has not read all messages yet. */
  get hasMessages(): boolean {
    return this.#readSoFar < this.#messages.length;
  }

  /** What the backend has written since `send`; good until the next `send`. */
  get answer(): Buffer {
    return this.#answer.subarray(0, this.#answerLength);
  }

  /** Called by Postgres: puts at most `capacity` bytes at `pointer`, and returns how many. */
  readonly read = (pointer: number, capacity: number): number => {
    const start = this.#readSoFar;
    const isAll = start === 0 && this.#messages.length <= capacity;
    const chunk = isAll ? this.#messages : this.#messages.subarray(start, start + capacity);
    this.#memory.write(pointer, chunk);
    this.#readSoFar += chunk.length;
    return chunk.length;
  };

  /** Called by Postgres: takes `length` bytes from `pointer`, and returns how many. */
  readonly write = (pointer: number, length: number): number => {
    this.#makeRoom(length);
    this.#memory.copyTo(this.#answer, this.#answerLength, pointer, pointer + length);
    this.#answerLength += length;
    return length;
  };

  #makeRoom(length: number): void {
    const needed = this.#answerLength + length;
    if (needed <= this.#answer.length) return;
    const larger = Buffer.alloc(Math.max(needed, 2 * this.#answer.length));
    this.#answer.copy(larger, 0, 0, this.#answerLength);
    this.#answer = larger;
  }
}
