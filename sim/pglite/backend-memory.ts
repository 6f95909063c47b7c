/**
 * Little-endian reads and writes in the WebAssembly memory of the backend, which may move when it grows.
 */

/** The part of WebAssembly.Memory that is needed; `buffer` is another object after the memory grew. */
export interface GrowingMemory {
  readonly buffer: ArrayBuffer;
}

/** A window on the backend's memory. Addresses are byte offsets. */
export class BackendMemory {
  readonly #memory: GrowingMemory;
  #view: DataView;
  #bytes: Uint8Array;

  constructor(memory: GrowingMemory) {
    this.#memory = memory;
    this.#view = new DataView(memory.buffer);
    this.#bytes = new Uint8Array(memory.buffer);
  }

  /** Follows the memory if it grew; to be called whenever the backend has run. */
  refresh(): void {
    const { buffer } = this.#memory;
    if (this.#bytes.buffer === buffer) return;
    this.#view = new DataView(buffer);
    this.#bytes = new Uint8Array(buffer);
  }

  /** All bytes; do not keep it across a statement. */
  bytes(): Uint8Array {
    return this.#bytes;
  }

  u8(address: number): number {
    return this.#view.getUint8(address);
  }

  u16(address: number): number {
    return this.#view.getUint16(address, true);
  }

  u32(address: number): number {
    return this.#view.getUint32(address, true);
  }

  u64(address: number): bigint {
    return this.#view.getBigUint64(address, true);
  }

  setU8(address: number, value: number): void {
    this.#view.setUint8(address, value);
  }

  setU32(address: number, value: number): void {
    this.#view.setUint32(address, value, true);
  }

  setU64(address: number, value: bigint): void {
    this.#view.setBigUint64(address, value, true);
  }

  /** A copy of `length` bytes. */
  copy(address: number, length: number): Buffer {
    return Buffer.from(this.#bytes.subarray(address, address + length));
  }

  /** Writes `source` at `address`. */
  write(address: number, source: Uint8Array): void {
    this.#bytes.set(source, address);
  }
}
