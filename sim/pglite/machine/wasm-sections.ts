/**
 * Cuts a WebAssembly binary into its sections and puts it together again (WebAssembly core specification, section 5.5).
 */

/** One section: its id and its contents without the header. */
export interface WasmSection {
  readonly id: number;
  readonly body: Uint8Array;
}

/** Ids of the sections that the harness looks into. */
export const SECTION = { import: 2, export: 7, start: 8, code: 10, data: 11, dataCount: 12 } as const;

/** Bytes of magic and version before the first section. */
const PREAMBLE = 8;

/** Reads a binary from left to right. */
export class WasmReader {
  readonly bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, at: number = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  byte(): number {
    return this.bytes[this.at++] as number;
  }

  /** An unsigned LEB128 number of at most 32 bits. */
  number(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value |= (byte & 0x7f) << shift;
      if ((byte & 0x80) === 0) return value >>> 0;
    }
  }

  name(): string {
    const length = this.number();
    this.at += length;
    return Buffer.from(this.bytes.buffer, this.bytes.byteOffset + this.at - length, length).toString();
  }

  /** Limits of a memory or table: where they begin, and whether they have a maximum. */
  limits(): { readonly hasMaximum: boolean } {
    const hasMaximum = (this.byte() & 1) !== 0;
    this.number();
    if (hasMaximum) this.number();
    return { hasMaximum };
  }
}

/** The sections of a binary in order. */
export function readSections(binary: Uint8Array): WasmSection[] {
  const reader = new WasmReader(binary, PREAMBLE);
  const sections: WasmSection[] = [];
  while (reader.at < binary.length) {
    const id = reader.byte();
    const length = reader.number();
    sections.push({ id, body: binary.subarray(reader.at, reader.at + length) });
    reader.at += length;
  }
  return sections;
}

/** The binary made of `sections`; the preamble is taken from `binary`. */
export function writeSections(binary: Uint8Array, sections: readonly WasmSection[]): Uint8Array<ArrayBuffer> {
  const parts = sections.flatMap(({ id, body }) => [Uint8Array.of(id), leb(body.length), body]);
  return concat([binary.subarray(0, PREAMBLE), ...parts]);
}

/** `value` as unsigned LEB128. */
export function leb(value: number): Uint8Array {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return Uint8Array.from([...bytes, rest]);
    bytes.push((rest & 0x7f) | 0x80);
  }
}

/** All parts in one array. */
export function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
