/**
 * Copies within a WebAssembly memory, done by a module of three functions on that memory: from JavaScript, copying within
 * shared memory is many times slower, and a call for every piece costs more than the piece.
 */
import { wasm, type WasmMemory } from "./web-assembly.ts";

/** Copies in one memory; addresses and lengths in bytes. */
export interface Mover {
  /** Moves `length` bytes. */
  readonly move: (target: number, source: number, length: number) => void;
  /**
   * Copies the pieces of a list at the address `list` into an image: `count` entries of three u32, the piece's address, its
   * offset in the image, its length.
   */
  readonly gather: (list: number, count: number, image: number) => void;
  /** The other way round. */
  readonly scatter: (list: number, count: number, image: number) => void;
}

/** Bytes of an entry of a list of pieces. */
export const PIECE_BYTES = 12;

/** A mover in `memory`, which must be shared. */
export function createMover(memory: WasmMemory): Mover {
  const { exports } = new wasm.Instance(new wasm.Module(Uint8Array.from(MODULE)), { e: { m: memory } });
  return exports as unknown as Mover;
}

const GET_0 = [0x20, 0];
const GET_1 = [0x20, 1];
const GET_2 = [0x20, 2];
const ADD = 0x6a;
const END = 0x0b;
const MEMORY_COPY = [0xfc, 0x0a, 0, 0];
/** Fields of the entry at parameter 0. */
const ADDRESS = [...GET_0, 0x28, 2, 0];
const OFFSET = [...GET_0, 0x28, 2, 4];
const LENGTH = [...GET_0, 0x28, 2, 8];
const IN_IMAGE = [...GET_2, ...OFFSET, ADD];

/** A loop over parameter 1 entries from parameter 0 on. */
function forEachPiece(body: readonly number[]): number[] {
  const leaveAtZero = [...GET_1, 0x45, 0x0d, 1];
  const next = [...GET_0, 0x41, PIECE_BYTES, ADD, 0x21, 0];
  const countDown = [...GET_1, 0x41, 1, 0x6b, 0x21, 1];
  return [0x02, 0x40, 0x03, 0x40, ...leaveAtZero, ...body, ...next, ...countDown, 0x0c, 0, END, END];
}

/** `bytes` after their number, which must be below 128. */
function counted(bytes: readonly number[]): number[] {
  return [bytes.length, ...bytes];
}

function functionBody(code: readonly number[]): number[] {
  return counted([0, ...code, END]);
}

function section(id: number, content: readonly number[]): number[] {
  return [id, ...counted(content)];
}

function exported(name: string, index: number): number[] {
  return [...counted([...Buffer.from(name)]), 0, index];
}

const BODIES: readonly (readonly number[])[] = [
  functionBody([...GET_0, ...GET_1, ...GET_2, ...MEMORY_COPY]),
  functionBody(forEachPiece([...IN_IMAGE, ...ADDRESS, ...LENGTH, ...MEMORY_COPY])),
  functionBody(forEachPiece([...ADDRESS, ...IN_IMAGE, ...LENGTH, ...MEMORY_COPY])),
];

/** The magic and the version, then types, imports, functions, exports, code. */
const MODULE: readonly number[] = [
  [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
  section(1, [1, 0x60, 3, 0x7f, 0x7f, 0x7f, 0]),
  section(2, [1, 1, 0x65, 1, 0x6d, 2, 0x03, 1, 0x80, 0x80, 0x02]),
  section(3, [3, 0, 0, 0]),
  section(7, [3, ...exported("move", 0), ...exported("gather", 1), ...exported("scatter", 2)]),
  section(10, [3, ...BODIES.flat()]),
].flat();
