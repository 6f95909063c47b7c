/**
 * The three changes that the harness makes to a WebAssembly binary before it is compiled: its memory may be shared between
 * threads, its initial data is taken out (a second instance on the same memory must not write it again), and one function
 * calls an import first.
 */
import { SwitchyardError } from "../../switchyard-error.ts";
import {
  concat,
  leb,
  readSections,
  SECTION,
  WasmReader,
  writeSections,
  type WasmSection,
} from "./wasm-sections.ts";

/** Pages that a shared memory may have at most, where the binary does not say (64 KiB each). */
const MAX_PAGES = 32_768;

/** Kinds of imports and exports. */
const KIND = { function: 0, table: 1, memory: 2 } as const;

/** A piece of initial data of a module that is not relocated. */
export interface DataSegment {
  readonly address: number;
  readonly bytes: Uint8Array;
}

/** A change to the sections of a binary. */
type Edit = (sections: readonly WasmSection[]) => readonly WasmSection[];

/** The binary after `edits`, one after the other. */
export function edited(binary: Uint8Array, ...edits: readonly Edit[]): Uint8Array<ArrayBuffer> {
  return writeSections(
    binary,
    edits.reduce<readonly WasmSection[]>((sections, edit) => edit(sections), readSections(binary)),
  );
}

/** A shared memory in place of the imported memory. */
export const withSharedMemory: Edit = (sections) =>
  changed(sections, SECTION.import, (body) => {
    const reader = new WasmReader(body);
    for (let rest = reader.number(); rest > 0; rest--) {
      reader.name();
      reader.name();
      const start = reader.at;
      if (reader.byte() !== KIND.memory) {
        reader.at = start;
        skipImport(reader);
        continue;
      }
      const limits = reader.at;
      const { hasMaximum } = reader.limits();
      const sizes = body.subarray(limits + 1, reader.at);
      const maximum = hasMaximum ? [] : [leb(MAX_PAGES)];
      return concat([body.subarray(0, limits), SHARED_LIMITS, sizes, ...maximum, body.subarray(reader.at)]);
    }
    return body;
  });

/** Flag byte of limits with a maximum that are shared. */
const SHARED_LIMITS = Uint8Array.of(3);

/** No data, and no start function, which clears the memory after them. */
export const withoutData: Edit = (sections) => {
  const dropped: readonly number[] = [SECTION.data, SECTION.dataCount, SECTION.start];
  return sections.filter(({ id }) => !dropped.includes(id));
};

/** The data of a module whose segments all lie at fixed addresses. */
export function readData(binary: Uint8Array): DataSegment[] {
  const section = readSections(binary).find(({ id }) => id === SECTION.data);
  if (!section) return [];
  const reader = new WasmReader(section.body);
  return Array.from({ length: reader.number() }, () => {
    if (reader.byte() !== ACTIVE || reader.byte() !== I32_CONST)
      throw unexpected("data that is not at a fixed address");
    const address = reader.number();
    if (reader.byte() !== END) throw unexpected("data at a computed address");
    const length = reader.number();
    reader.at += length;
    return { address, bytes: section.body.subarray(reader.at - length, reader.at) };
  });
}

const ACTIVE = 0;
const I32_CONST = 0x41;
const END = 0x0b;
const LOCAL_GET = 0x20;
const CALL = 0x10;
const DROP = 0x1a;

/**
 * The exported function `name` begins by calling the imported function `imported` with its own first three parameters; the
 * result is dropped. Both take 32-bit numbers.
 */
export const withCallAtEntry =
  (name: string, imported: string): Edit =>
  (sections) => {
    const { functions, index: target } = findImport(sections, imported);
    const entry = findExport(sections, name);
    const call = Uint8Array.of(LOCAL_GET, 0, LOCAL_GET, 1, LOCAL_GET, 2, CALL, ...leb(target), DROP);
    return changed(sections, SECTION.code, (body) => {
      const reader = new WasmReader(body);
      const count = reader.number();
      for (let index = functions; index < functions + count; index++) {
        const start = reader.at;
        const length = reader.number();
        const end = reader.at + length;
        if (index === entry) {
          const locals = reader.at;
          for (let groups = reader.number(); groups > 0; groups--) {
            reader.number();
            reader.byte();
          }
          const code = concat([body.subarray(locals, reader.at), call, body.subarray(reader.at, end)]);
          return concat([body.subarray(0, start), leb(code.length), code, body.subarray(end)]);
        }
        reader.at = end;
      }
      throw unexpected(`no code for its function "${name}"`);
    });
  };

function findImport(
  sections: readonly WasmSection[],
  name: string,
): { readonly functions: number; readonly index: number } {
  const section = sections.find(({ id }) => id === SECTION.import);
  if (!section) throw unexpected("no imports");
  const reader = new WasmReader(section.body);
  let functions = 0;
  let index = -1;
  for (let rest = reader.number(); rest > 0; rest--) {
    reader.name();
    const imported = reader.name();
    if (section.body[reader.at] === KIND.function) {
      if (imported === name) index = functions;
      functions++;
    }
    skipImport(reader);
  }
  if (index < 0) throw unexpected(`no import "${name}"`);
  return { functions, index };
}

function findExport(sections: readonly WasmSection[], name: string): number {
  const section = sections.find(({ id }) => id === SECTION.export);
  const reader = new WasmReader(section?.body ?? Uint8Array.of(0));
  for (let rest = reader.number(); rest > 0; rest--) {
    const exported = reader.name();
    reader.byte();
    const index = reader.number();
    if (exported === name) return index;
  }
  throw unexpected(`no export "${name}"`);
}

function skipImport(reader: WasmReader): void {
  const kind = reader.byte();
  if (kind === KIND.function) reader.number();
  else if (kind === KIND.memory) reader.limits();
  else if (kind === KIND.table) {
    reader.byte();
    reader.limits();
  } else reader.at += 2;
}

function changed(
  sections: readonly WasmSection[],
  id: number,
  change: (body: Uint8Array) => Uint8Array,
): readonly WasmSection[] {
  return sections.map((section) => (section.id === id ? { id, body: change(section.body) } : section));
}

function unexpected(what: string): SwitchyardError {
  return new SwitchyardError(
    "harness",
    `The WebAssembly of the installed PGlite has ${what}.`,
    "Install the version of @electric-sql/pglite that package.json pins.",
  );
}
