/**
 * The memory that all backends of a server share, and how a further backend comes to it.
 *
 * Every boot makes a segment of its own, laid out alike. A boot that is to join a server takes the segment of the first one
 * instead: each of its pointers into its own segment becomes the pointer to the same place in the first one. Such
 * pointers are found in the statics, by comparing them with those of the first boot, and in the heads of shared hash
 * tables, to which statics point. Nothing else that a process allocates before it becomes a backend points there.
 */
import { refuted } from "../proofs/prove.ts";
import { SEGMENT, SHARED_HASH_TABLE } from "../build-facts.ts";
import type { MainInstance } from "./main-instance.ts";
import type { AddressRange } from "./statics.ts";

/** A part of the memory at some boot: the segment, or a file that was mapped. */
interface Part {
  readonly start: number;
  readonly length: number;
}

/** What a boot had made when it was about to become a backend. */
export interface ServerMemory {
  /** The segment first, then mapped files in order. */
  readonly parts: readonly Part[];
  /** The words of the program's statics. */
  readonly words: readonly Uint32Array[];
}

const WORD = Uint32Array.BYTES_PER_ELEMENT;

/** Reads what the present boot has made. `mapped`: the files that it mapped; `ranges`: the program's statics. */
export function readServerMemory(
  main: MainInstance,
  mapped: readonly Part[],
  ranges: readonly AddressRange[],
): ServerMemory {
  return { parts: [findSegment(main), ...mapped], words: ranges.map((range) => readWords(main, range)) };
}

/** Lets the present boot, which has made `own`, use the memory of the boot that has made `first`; frees its own. */
export function joinServerMemory(
  main: MainInstance,
  own: ServerMemory,
  first: ServerMemory,
  ranges: readonly AddressRange[],
): void {
  const { memory } = main;
  const toFirst = (pointer: number, known: number | undefined): number | undefined => {
    for (const [index, part] of own.parts.entries()) {
      const offset = pointer - part.start;
      const target = (first.parts[index]?.start ?? NaN) + offset;
      if (offset >= 0 && offset < part.length && (known === undefined || known === target)) return target;
    }
    return undefined;
  };
  let tables = 0;
  for (const [index, { start }] of ranges.entries()) {
    for (const [at, word] of (own.words[index] ?? []).entries()) {
      const target = toFirst(word, first.words[index]?.[at]);
      if (target !== undefined) memory.setU32(start + at * WORD, target);
      else if (isHeapAddress(main, word) && movesHashTable(main, word, (to) => toFirst(to, undefined)))
        tables++;
    }
  }
  if (tables === 0) throw refuted("SHARED_HASH_TABLE");
  const [segment] = own.parts;
  if (segment) main.module._free(segment.start);
}

/**
 * The head of a hash table in shared memory: its pointers to its header and to its directory, which follows the header.
 * False if `table` is none (or has been moved).
 */
function movesHashTable(
  main: MainInstance,
  table: number,
  toFirst: (pointer: number) => number | undefined,
): boolean {
  const { memory } = main;
  const header = toFirst(memory.u32(table + SHARED_HASH_TABLE.header));
  const directory = toFirst(memory.u32(table + SHARED_HASH_TABLE.directory));
  if (header === undefined || directory === undefined || directory <= header) return false;
  memory.setU32(table + SHARED_HASH_TABLE.header, header);
  memory.setU32(table + SHARED_HASH_TABLE.directory, directory);
  return true;
}

function isHeapAddress(main: MainInstance, word: number): boolean {
  return (
    word % WORD === 0 &&
    word >= main.addressOf("__heap_base") &&
    word < main.memory.bytes().length - SHARED_HASH_TABLE.directory - WORD
  );
}

function readWords({ memory }: MainInstance, { start, end }: AddressRange): Uint32Array {
  const copy = memory.copy(start, end);
  return new Uint32Array(copy.buffer.slice(copy.byteOffset, copy.byteOffset + end - start));
}

/** The segment in which the buffers lie; it begins with a header that tells its size. */
function findSegment(main: MainInstance): Part {
  const { memory } = main;
  const inside = memory.u32(main.addressOf("BufferDescriptors"));
  const magic = Buffer.alloc(WORD);
  magic.writeUInt32LE(SEGMENT.magic);
  for (let at = inside; at > 0; at--) {
    at = memory.bytes().lastIndexOf(magic, at);
    if (at < 0) break;
    const length = memory.u32(at + SEGMENT.totalSize);
    if (at % SEGMENT.alignment === 0 && at + length > inside) return { start: at, length };
  }
  throw refuted("SEGMENT.magic, SEGMENT.totalSize or SEGMENT.alignment");
}
