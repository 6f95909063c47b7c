/**
 * The one memory in which all backends live: little-endian reads and writes, and copies of ranges.
 *
 * Ranges are copied by Buffer, which moves shared memory at full speed (typed arrays copy it byte by byte).
 */

import { wasm, type WasmMemory } from "./web-assembly.ts";

/** Bytes of a page of WebAssembly memory. */
const PAGE_BYTES = 65_536;
const INITIAL_PAGES = 2_048;
const MAX_PAGES = 32_768;

/** A shared WebAssembly memory that may grow. Addresses are byte offsets. */
export class SharedMemory {
  readonly wasm: WasmMemory;
  #buffer: SharedArrayBuffer;
  #view: DataView;
  #bytes: Buffer;

  constructor() {
    this.wasm = new wasm.Memory({ initial: INITIAL_PAGES, maximum: MAX_PAGES, shared: true });
    this.#buffer = this.wasm.buffer;
    this.#view = new DataView(this.#buffer);
    this.#bytes = Buffer.from(this.#buffer);
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

  /** Copies memory from `start` to `end` into `target` at `at`. */
  copyTo(target: Buffer, at: number, start: number, end: number): void {
    this.bytes().copy(target, at, start, end);
  }

  /** Copies `source` from `start` to `end` into memory at `address`. */
  copyFrom(source: Buffer, start: number, end: number, address: number): void {
    source.copy(this.bytes(), address, start, end);
  }

  /** A copy of a range that is no longer shared. */
  copy(start: number, end: number): Buffer {
    const copied = Buffer.allocUnsafe(end - start);
    this.copyTo(copied, 0, start, end);
    return copied;
  }

  /** The C string at `address`. */
  cString(address: number): string {
    const bytes = this.bytes();
    return bytes.toString("latin1", address, bytes.indexOf(0, address));
  }
}

/** Memory that instances begin with, in bytes. */
export const INITIAL_BYTES: number = INITIAL_PAGES * PAGE_BYTES;
