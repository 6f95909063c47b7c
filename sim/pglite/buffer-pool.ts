/**
 * The shared buffers as bytes: finds the buffer that holds a page of a relation.
 *
 * Source: storage/buf_internals.h; the descriptors are an array whose start the server exports.
 */
import type { Backend } from "./backend.ts";
import { BUFFER_DESC, PAGE_SIZE } from "./build-facts.ts";

/** Finds pages in the shared buffers. Main fork only. */
export class BufferPool {
  readonly #backend: Backend;
  readonly #descriptors: number;
  readonly #blocks: number;
  readonly #count: number;
  readonly #known = new Map<string, number>();

  constructor(backend: Backend) {
    this.#backend = backend;
    this.#descriptors = backend.memory.u32(backend.addressOf("BufferDescriptors"));
    this.#blocks = backend.memory.u32(backend.addressOf("BufferBlocks"));
    this.#count = backend.memory.u32(backend.addressOf("NBuffers"));
  }

  /** The number of the buffer with that page, or undefined if none holds it. */
  find(fileNumber: number, block: number): number | undefined {
    const key = `${fileNumber}/${block}`;
    const known = this.#known.get(key);
    if (known !== undefined && this.#holds(known, fileNumber, block)) return known;
    for (let buffer = 0; buffer < this.#count; buffer++) {
      if (!this.#holds(buffer, fileNumber, block)) continue;
      this.#known.set(key, buffer);
      return buffer;
    }
    return undefined;
  }

  /** The page's bytes as a live view; do not keep it across a statement. */
  page(buffer: number): Uint8Array {
    const start = this.#blocks + buffer * PAGE_SIZE;
    return this.#backend.memory.bytes().subarray(start, start + PAGE_SIZE);
  }

  /** Whether the buffer differs from its file, so that Postgres will write it before it drops it. */
  isDirty(buffer: number): boolean {
    return (
      (this.#backend.memory.u32(this.#descriptor(buffer) + BUFFER_DESC.state) & BUFFER_DESC.dirtyBit) !== 0
    );
  }

  #descriptor(buffer: number): number {
    return this.#descriptors + buffer * BUFFER_DESC.size;
  }

  #holds(buffer: number, fileNumber: number, block: number): boolean {
    const at = this.#descriptor(buffer);
    const { memory } = this.#backend;
    return (
      memory.u32(at + BUFFER_DESC.relFileNumber) === fileNumber &&
      memory.u32(at + BUFFER_DESC.block) === block &&
      memory.u32(at + BUFFER_DESC.fork) === 0
    );
  }
}
