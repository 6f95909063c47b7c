/**
 * The one memory in which all backends live: little-endian reads and writes, and copies of ranges.
 */

import { wasm, type WasmMemory } from "./web-assembly.ts";

/** Pages of 64 KiB. */
const INITIAL_PAGES = 2_048;
const MAX_PAGES = 32_768;

/** A shared WebAssembly memory that may grow. Addresses are byte offsets. */
export class SharedMemory {
  readonly wasm: WasmMemory;
  #buffer: SharedArrayBuffer;
  #view: DataView;
  #bytes: Buffer;
  readonly #move: (target: number, source: number, length: number) => void;

  constructor() {
    this.wasm = new wasm.Memory({ initial: INITIAL_PAGES, maximum: MAX_PAGES, shared: true });
    this.#buffer = this.wasm.buffer;
    this.#view = new DataView(this.#buffer);
    this.#bytes = Buffer.from(this.#buffer);
    const { exports } = new wasm.Instance(new wasm.Module(MOVER), { e: { m: this.wasm } });
    this.#move = exports["c"] as (target: number, source: number, length: number) => void;
  }

  /** All bytes; do not keep it across a call into WebAssembly. */
  bytes(): Buffer {
    if (this.#buffer !== this.wasm.buffer) {
      this.#buffer = this.wasm.buffer;
      this.#view = new DataView(this.#buffer);
      this.#bytes = Buffer.from(this.#buffer);
    }
    return this.#bytes;
  }

  /** All bytes as a DataView; do not keep it across a call into WebAssembly. */
  view(): DataView {
    this.bytes();
    return this.#view;
  }

  u8(address: number): number {
    return this.view().getUint8(address);
  }

  u16(address: number): number {
    return this.view().getUint16(address, true);
  }

  u32(address: number): number {
    return this.view().getUint32(address, true);
  }

  u64(address: number): bigint {
    return this.view().getBigUint64(address, true);
  }

  setU8(address: number, value: number): void {
    this.view().setUint8(address, value);
  }

  setU32(address: number, value: number): void {
    this.view().setUint32(address, value, true);
  }

  setU64(address: number, value: bigint): void {
    this.view().setBigUint64(address, value, true);
  }

  /** Moves `length` bytes within the memory. */
  move(target: number, source: number, length: number): void {
    this.#move(target, source, length);
  }

  /** A copy of a range that is no longer shared. */
  copy(start: number, end: number): Buffer {
    return Buffer.from(this.bytes().subarray(start, end));
  }

  /** The C string at `address`. */
  cString(address: number): string {
    const bytes = this.bytes();
    return bytes.toString("latin1", address, bytes.indexOf(0, address));
  }
}

/**
 * A module with one function, `memory.copy` on the memory that it imports. From JavaScript, copying within shared memory is
 * many times slower.
 */
const MOVER: Uint8Array<ArrayBuffer> = Uint8Array.from(
  [
    [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    [0x01, 0x07, 0x01, 0x60, 0x03, 0x7f, 0x7f, 0x7f, 0x00],
    [0x02, 0x0b, 0x01, 0x01, 0x65, 0x01, 0x6d, 0x02, 0x03, 0x01, 0x80, 0x80, 0x02],
    [0x03, 0x02, 0x01, 0x00],
    [0x07, 0x05, 0x01, 0x01, 0x63, 0x00, 0x00],
    [0x0a, 0x0e, 0x01, 0x0c, 0x00, 0x20, 0x00, 0x20, 0x01, 0x20, 0x02, 0xfc, 0x0a, 0x00, 0x00, 0x0b],
  ].flat(),
);
