/**
 * The one memory in which all backends live: little-endian reads and writes, and copies of ranges.
 */
import { createMover, type Mover } from "./mover.ts";
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
  readonly #mover: Mover;

  constructor() {
    this.wasm = new wasm.Memory({ initial: INITIAL_PAGES, maximum: MAX_PAGES, shared: true });
    this.#buffer = this.wasm.buffer;
    this.#view = new DataView(this.#buffer);
    this.#bytes = Buffer.from(this.#buffer);
    this.#mover = createMover(this.wasm);
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
    this.#mover.move(target, source, length);
  }

  /** Copies the pieces that a list at `list` names into `image`; see Mover. */
  gather(list: number, count: number, image: number): void {
    this.#mover.gather(list, count, image);
  }

  /** Copies them back from `image`. */
  scatter(list: number, count: number, image: number): void {
    this.#mover.scatter(list, count, image);
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
