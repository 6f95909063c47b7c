/**
 * The statics of the program: what makes one backend differ from another, since all share the heap.
 *
 * Each backend has an image of them; the one that runs has them in place. Most of them never change after the start
 * (tables of functions, of settings, of node types), so only blocks that have ever been seen to differ are copied. `learn`
 * looks at all of them; it is called wherever something may have happened for the first time.
 */
import type { SharedMemory } from "./shared-memory.ts";

/** A range of addresses, the end not included. */
export interface AddressRange {
  readonly start: number;
  readonly end: number;
}

/** A backend's statics while another one's are in place. Only changing blocks are kept up to date. */
export type StaticsImage = Buffer;

/** Bytes of a block. */
const BLOCK = 1_024;

/** Copies statics in and out. */
export class Statics {
  readonly #memory: SharedMemory;
  readonly #ranges: AddressRange[] = [];
  /** All statics as they were when the first backend had booted; of blocks that do not change, as they are. */
  #reference: Buffer = Buffer.alloc(0);
  /** Numbers of the blocks that differ between backends or from time to time. */
  readonly #changing = new Set<number>();
  /** The changing blocks as runs: offset in an image, address, length. */
  #runs: readonly Run[] = [];
  /** The other blocks, likewise. */
  #constant: readonly Run[] = [];

  constructor(memory: SharedMemory) {
    this.#memory = memory;
  }

  /** Counts a range of addresses among the statics; before `begin`. */
  add(range: AddressRange): void {
    this.#ranges.push(range);
  }

  /** Takes what is in place as the reference. */
  begin(): void {
    this.#reference = this.captureAll();
    this.#arrange();
  }

  /** A whole copy of what is in place. */
  captureAll(): StaticsImage {
    return Buffer.concat(this.#ranges.map(({ start, end }) => this.#memory.copy(start, end)));
  }

  /** Puts a whole copy in place. */
  restoreAll(image: StaticsImage): void {
    let at = 0;
    for (const { start, end } of this.#ranges) {
      this.#memory.copyFrom(image, at, at + end - start, start);
      at += end - start;
    }
  }

  /** Copies what is in place into `image`. */
  save(image: StaticsImage): void {
    for (const { offset, address, length } of this.#runs)
      this.#memory.copyTo(image, offset, address, address + length);
  }

  /** Puts `image` in place. */
  load(image: StaticsImage): void {
    for (const { offset, address, length } of this.#runs)
      this.#memory.copyFrom(image, offset, offset + length, address);
  }

  /**
   * Finds blocks in place that differ from the reference and counts them among the changing ones; `others` are the images
   * of the backends that are not in place, which have not seen the change.
   */
  learn(others: Iterable<StaticsImage>): void {
    const bytes = this.#memory.bytes();
    let learned = false;
    for (const { offset, address, length } of this.#constant) {
      if (this.#reference.compare(bytes, address, address + length, offset, offset + length) === 0) continue;
      for (let at = 0; at < length; at += BLOCK - ((offset + at) % BLOCK)) {
        const end = Math.min(length, at + BLOCK - ((offset + at) % BLOCK));
        if (this.#reference.compare(bytes, address + at, address + end, offset + at, offset + end) === 0)
          continue;
        this.#changing.add(Math.floor((offset + at) / BLOCK));
        for (const image of others) this.#reference.copy(image, offset + at, offset + at, offset + end);
        learned = true;
      }
    }
    if (learned) this.#arrange();
  }

  /** Counts the blocks of a range among the changing ones. */
  expect({ start, end }: AddressRange): void {
    let offset = 0;
    for (const range of this.#ranges) {
      if (start >= range.start && end <= range.end) {
        const first = offset + start - range.start;
        for (let at = first; at < first + end - start; at++) this.#changing.add(Math.floor(at / BLOCK));
      }
      offset += range.end - range.start;
    }
    this.#arrange();
  }

  #arrange(): void {
    const changing: Run[] = [];
    const constant: Run[] = [];
    let offset = 0;
    for (const { start, end } of this.#ranges) {
      const last = offset + end - start;
      for (let at = offset; at < last;) {
        const changes = this.#changing.has(Math.floor(at / BLOCK));
        let until = at;
        while (until < last && this.#changing.has(Math.floor(until / BLOCK)) === changes) {
          until = Math.min(last, (Math.floor(until / BLOCK) + 1) * BLOCK);
        }
        (changes ? changing : constant).push({
          offset: at,
          address: start + at - offset,
          length: until - at,
        });
        at = until;
      }
      offset = last;
    }
    this.#runs = changing;
    this.#constant = constant;
  }
}

interface Run {
  readonly offset: number;
  readonly address: number;
  readonly length: number;
}
