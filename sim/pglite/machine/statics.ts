/**
 * The statics of the program: what makes one backend differ from another, since all share the heap.
 *
 * Each backend has an image of them; the one that runs has them in place. Most of them never change after the start
 * (tables of functions, of settings, of node types), so only blocks that have ever been seen to differ are copied. `learn`
 * looks at all of them; it is called wherever something may have happened for the first time. To look at all takes more
 * memory through the processor's caches than they hold, so that at other moments `learnPart` looks at a part of them.
 */
import { STATICS } from "../build-facts.ts";
import type { MainInstance } from "./main-instance.ts";
import { PIECE_BYTES } from "./mover.ts";
import type { SharedMemory } from "./shared-memory.ts";

/** A range of addresses, the end not included. */
export interface AddressRange {
  readonly start: number;
  readonly end: number;
}

/** Address of a copy of all statics; only changing blocks are kept up to date. */
export type StaticsImage = number;

/** The ranges of the program's own statics, without Emscripten's break, which belongs to the heap. */
export function programStatics(main: Pick<MainInstance, "call">): AddressRange[] {
  const breakAddress = main.call("emscripten_get_sbrk_ptr")();
  return [
    { start: STATICS.start, end: breakAddress },
    { start: breakAddress + Uint32Array.BYTES_PER_ELEMENT, end: STATICS.mallocState },
  ];
}

/** Bytes of a block. */
const BLOCK = 64;

/** Parts into which `learnPart` cuts the statics: some 26 kB each. */
const PARTS = 16;

/** Bytes of a run of constant blocks at most, so that the parts are of like size. */
const MAX_RUN = 4_096;

/** Copies statics in and out. */
export class Statics {
  readonly #memory: SharedMemory;
  readonly #allocate: (bytes: number) => number;
  readonly #ranges: AddressRange[] = [];
  /** All statics as they were when the first backend had booted; of blocks that do not change, as they are. */
  #reference: StaticsImage = 0;
  /** Numbers of the blocks that differ between backends or from time to time. */
  readonly #changing = new Set<number>();
  /** The changing blocks as a list of pieces in memory. */
  #pieces = { list: 0, count: 0, room: 0 };
  /** The other blocks as runs. */
  #constant: readonly Run[] = [];
  #nextPart = 0;

  /** `allocate` gives room for images in `memory`, for good. */
  constructor(memory: SharedMemory, allocate: (bytes: number) => number) {
    this.#memory = memory;
    this.#allocate = allocate;
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
    const image = this.#allocate(this.#bytes);
    let at = image;
    for (const { start, end } of this.#ranges) {
      this.#memory.move(at, start, end - start);
      at += end - start;
    }
    return image;
  }

  /** Where the static at `address` lies in `image`. */
  addressIn(image: StaticsImage, address: number): number {
    let offset = 0;
    for (const { start, end } of this.#ranges) {
      if (address >= start && address < end) return image + offset + address - start;
      offset += end - start;
    }
    throw new RangeError(`There is no static at ${address}.`);
  }

  /** Copies what is in place into `image`. */
  save(image: StaticsImage): void {
    this.#memory.gather(this.#pieces.list, this.#pieces.count, image);
  }

  /** Puts `image` in place. */
  load(image: StaticsImage): void {
    this.#memory.scatter(this.#pieces.list, this.#pieces.count, image);
  }

  /**
   * Finds blocks in place that differ from the reference and counts them among the changing ones; `others` are the images
   * of the backends that are not in place, which have not seen the change.
   */
  learn(others: Iterable<StaticsImage>): void {
    this.#learnBetween(others, 0, this.#bytes);
  }

  /** Like `learn` for one part of the statics; each call takes the next part, PARTS calls take all. */
  learnPart(others: Iterable<StaticsImage>): void {
    const partBytes = Math.ceil(this.#bytes / PARTS);
    const first = this.#nextPart * partBytes;
    this.#nextPart = (this.#nextPart + 1) % PARTS;
    this.#learnBetween(others, first, first + partBytes);
  }

  /** Learns of the runs that begin at an offset from `first` to `last`, the latter not included. */
  #learnBetween(others: Iterable<StaticsImage>, first: number, last: number): void {
    let learned = false;
    for (const { offset, address, length } of this.#constant) {
      if (offset < first || offset >= last || this.#isAsReferred(offset, address, length)) continue;
      for (let at = 0; at < length; at += BLOCK - ((offset + at) % BLOCK)) {
        const end = Math.min(length, at + BLOCK - ((offset + at) % BLOCK));
        if (this.#isAsReferred(offset + at, address + at, end - at)) continue;
        this.#changing.add(Math.floor((offset + at) / BLOCK));
        for (const image of others)
          this.#memory.move(image + offset + at, this.#reference + offset + at, end - at);
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

  get #bytes(): number {
    return this.#ranges.reduce((sum, { start, end }) => sum + end - start, 0);
  }

  #isAsReferred(offset: number, address: number, length: number): boolean {
    return this.#memory.isSame(this.#reference + offset, address, length);
  }

  #arrange(): void {
    const changing: Run[] = [];
    const constant: Run[] = [];
    let offset = 0;
    for (const { start, end } of this.#ranges) {
      const last = offset + end - start;
      for (let at = offset; at < last;) {
        const changes = this.#changing.has(Math.floor(at / BLOCK));
        const bound = Math.min(last, changes ? last : at + MAX_RUN);
        let until = at;
        while (until < bound && this.#changing.has(Math.floor(until / BLOCK)) === changes) {
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
    this.#writePieces(changing);
    this.#constant = constant;
  }

  #writePieces(runs: readonly Run[]): void {
    const { room } = this.#pieces;
    if (runs.length > room) {
      const roomNeeded = Math.max(2 * room, runs.length);
      this.#pieces = { list: this.#allocate(roomNeeded * PIECE_BYTES), count: 0, room: roomNeeded };
    }
    let at = this.#pieces.list;
    for (const run of runs) {
      for (const word of [run.address, run.offset, run.length]) {
        this.#memory.setU32(at, word);
        at += Uint32Array.BYTES_PER_ELEMENT;
      }
    }
    this.#pieces.count = runs.length;
  }
}

/** Neighbouring blocks: where they are in an image and in place, and how many bytes. */
interface Run {
  readonly offset: number;
  readonly address: number;
  readonly length: number;
}
