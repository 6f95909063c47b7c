/**
 * The part of the WebAssembly interface that the harness uses, typed. (TypeScript declares it for browsers only.)
 */

/** A compiled module; threads may share it. */
export type WasmModule = object;

/** A function table. */
export interface WasmTable {
  readonly length: number;
  get(index: number): unknown;
}

/** A running instance of a module. */
export interface WasmInstance {
  readonly exports: Readonly<Record<string, unknown>>;
}

/** What an instance imports: module name, then name. */
export type WasmImports = Record<string, Record<string, unknown>>;

/** What `Module.imports` tells of an import. */
export interface WasmImport {
  readonly module: string;
  readonly name: string;
  readonly kind: string;
}

/** A memory that threads share. */
export interface WasmMemory {
  readonly buffer: SharedArrayBuffer;
}

interface WasmApi {
  compile(binary: Uint8Array<ArrayBuffer>): Promise<WasmModule>;
  readonly Module: {
    new (binary: Uint8Array<ArrayBuffer>): WasmModule;
    imports(module: WasmModule): WasmImport[];
    customSections(module: WasmModule, name: string): ArrayBuffer[];
  };
  Instance: new (module: WasmModule, imports: WasmImports) => WasmInstance;
  readonly Memory: new (limits: {
    readonly initial: number;
    readonly maximum: number;
    readonly shared: true;
  }) => WasmMemory;
  readonly Global: abstract new () => { readonly value: unknown };
}

/** The interface. */
export const wasm: WasmApi = (globalThis as unknown as { readonly WebAssembly: WasmApi }).WebAssembly;
