/**
 * The shared buffers as bytes: finds the buffer that holds a page of a relation.
 *
 * Source: storage/buf_internals.h; the descriptors are an array whose start the server exports.
 */
import type { Server } from "./server.ts";
import { BUFFER_DESC, PAGE_SIZE } from "./build-facts.ts";

/** Finds pages in the shared buffers. Main fork only. */
export class BufferPool {
  readonly #server: Server;
  readonly #descriptors: number;
  readonly #blocks: number;
  readonly #count: number;
  /** Where pages of user relations were when the pool was last searched, by `pageKey`. */
  #known = new Map<number, number>();

  constructor(server: Server) {
    this.#server = server;
    this.#descriptors = server.memory.u32(server.addressOf("BufferDescriptors"));
    this.#blocks = server.memory.u32(server.addressOf("BufferBlocks"));
    this.#count = server.memory.u32(server.addressOf("NBuffers"));
  }

  /** The number of the buffer with that page of a user relation, or undefined if none holds it. */
  find(fileNumber: number, block: number): number | undefined {
    const known = this.#known.get(pageKey(fileNumber, block));
    if (known !== undefined && this.#holds(known, fileNumber, block)) return known;
    this.#search();
    return this.#known.get(pageKey(fileNumber, block));
  }

  /** Like `find` for many pages: one search at most, so that pages that no buffer holds cost little. */
  findAll(pages: readonly { readonly fileNumber: number; readonly block: number }[]): (number | undefined)[] {
    const stale = pages.some(({ fileNumber, block }) => {
      const known = this.#known.get(pageKey(fileNumber, block));
      return known === undefined || !this.#holds(known, fileNumber, block);
    });
    if (stale) this.#search();
    return pages.map(({ fileNumber, block }) => this.#known.get(pageKey(fileNumber, block)));
  }

  /** The page's bytes as a live view; do not keep it across a statement. */
  page(buffer: number): Uint8Array {
    const start = this.#blocks + buffer * PAGE_SIZE;
    return this.#server.memory.range(start, start + PAGE_SIZE);
  }

  /** Whether the buffer differs from its file, so that Postgres will write it before it drops it. */
  isDirty(buffer: number): boolean {
    const state = this.#server.memory.u32(this.#descriptors + buffer * BUFFER_DESC.size + BUFFER_DESC.state);
    return (state & BUFFER_DESC.dirtyBit) !== 0;
  }

  #search(): void {
    this.#known = new Map();
    const bytes = this.#server.memory.range(
      this.#descriptors,
      this.#descriptors + this.#count * BUFFER_DESC.size,
    );
    const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / WORD);
    for (let buffer = 0, at = 0; buffer < this.#count; buffer++, at += BUFFER_DESC.size / WORD) {
      const fileNumber = words[at + BUFFER_DESC.relFileNumber / WORD] as number;
      if (fileNumber < FIRST_USER_FILE || words[at + BUFFER_DESC.fork / WORD] !== 0) continue;
      this.#known.set(pageKey(fileNumber, words[at + BUFFER_DESC.block / WORD] as number), buffer);
    }
  }

  #holds(buffer: number, fileNumber: number, block: number): boolean {
    const at = this.#descriptors + buffer * BUFFER_DESC.size;
    const { memory } = this.#server;
    return (
      memory.u32(at + BUFFER_DESC.relFileNumber) === fileNumber &&
      memory.u32(at + BUFFER_DESC.block) === block &&
      memory.u32(at + BUFFER_DESC.fork) === 0
    );
  }
}

const WORD = 4;
/** File numbers below it belong to the system's relations (FirstNormalObjectId). */
const FIRST_USER_FILE = 16_384;
/** Blocks that a relation may have for `pageKey` to tell its pages apart. */
const MAX_BLOCKS = 2 ** 20;

function pageKey(fileNumber: number, block: number): number {
  return fileNumber * MAX_BLOCKS + block;
}
