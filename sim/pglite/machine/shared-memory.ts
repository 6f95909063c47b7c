/**
 * The one memory in which all backends live: little-endian reads and writes, and copies of ranges.
 */
import { createMover, type Mover } from "./mover.ts";
import { wasm, type WasmMemory } from "./web-assembly.ts";

/** Pages of 64 KiB. */
const INITIAL_PAGES = 2_048;
const MAX_PAGES = 32_768;

/**
 * A shared WebAssembly memory that may grow. Addresses are byte offsets.
 *
 * To ask the memory for its buffer costs more than to read from it, so the buffer is kept: one that the memory has outgrown
 * still shows what lies below its end, and a new one is asked for only by who looks beyond, or wants all bytes.
 */
export class SharedMemory {
  readonly wasm: WasmMemory;
  #view!: DataView;
  #bytes!: Buffer;
  /** Where both end. */
  #end!: number;
  readonly #mover: Mover;

  constructor() {
    this.wasm = new wasm.Memory({ initial: INITIAL_PAGES, maximum: MAX_PAGES, shared: true });
    this.#renew();
    this.#mover = createMover(this.wasm);
  }

  /** All bytes; do not keep it across a call into WebAssembly. */
  bytes(): Buffer {
    if (this.wasm.buffer.byteLength > this.#end) this.#renew();
    return this.#bytes;
  }

  u8(address: number): number {
    return this.#viewTo(address + 1).getUint8(address);
  }

  u16(address: number): number {
    return this.#viewTo(address + 2).getUint16(address, true);
  }

  u32(address: number): number {
    return this.#viewTo(address + 4).getUint32(address, true);
  }

  u64(address: number): bigint {
    return this.#viewTo(address + 8).getBigUint64(address, true);
  }

  setU8(address: number, value: number): void {
    this.#viewTo(address + 1).setUint8(address, value);
  }

  setU32(address: number, value: number): void {
    this.#viewTo(address + 4).setUint32(address, value, true);
  }

  setU64(address: number, value: bigint): void {
    this.#viewTo(address + 8).setBigUint64(address, value, true);
  }

  /** The bytes from `start` to `end`, as they are and will be. */
  range(start: number, end: number): Uint8Array {
    return new Uint8Array(this.#bytesTo(end).buffer, start, end - start);
  }

  /** Writes `bytes` at `address`. */
  write(address: number, bytes: Uint8Array): void {
    this.#bytesTo(address + bytes.length).set(bytes, address);
  }

  /** Copies the bytes from `start` to `end` into `target`, which is not shared, from its byte `at` on. */
  copyTo(target: Buffer, at: number, start: number, end: number): void {
    this.#bytesTo(end).copy(target, at, start, end);
  }

  /** Whether the `length` bytes at two addresses are the same. */
  isSame(one: number, other: number, length: number): boolean {
    const bytes = this.#bytesTo(Math.max(one, other) + length);
    return bytes.compare(bytes, one, one + length, other, other + length) === 0;
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
    return Buffer.from(this.range(start, end));
  }

  /** The C string at `address`. */
  cString(address: number): string {
    const bytes = this.bytes();
    return bytes.toString("latin1", address, bytes.indexOf(0, address));
  }

  #viewTo(end: number): DataView {
    if (end > this.#end) this.#renew();
    return this.#view;
  }

  #bytesTo(end: number): Buffer {
    if (end > this.#end) this.#renew();
    return this.#bytes;
  }

  #renew(): void {
    const { buffer } = this.wasm;
    this.#view = new DataView(buffer);
    this.#bytes = Buffer.from(buffer);
    this.#end = this.#bytes.length;
  }
}
