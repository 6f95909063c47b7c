/**
 * Libraries that Postgres loads at run time (dlopen), e.g. plpgsql: recorded as the main instance loads them, so that the
 * instances of other threads can have the same functions at the same places.
 */
import type { SharedMemory } from "./shared-memory.ts";
import { WasmReader } from "./wasm-sections.ts";
import { wasm, type WasmImports, type WasmInstance, type WasmModule } from "./web-assembly.ts";

/** A loaded library. */
export interface SideModule {
  readonly module: WasmModule;
  readonly memoryBase: number;
  readonly memorySize: number;
  readonly tableBase: number;
  readonly tableSize: number;
  /** Values of its global offset table, by "GOT.mem.name" and "GOT.func.name". */
  readonly offsets: Readonly<Record<string, number>>;
  /** Its statics as they are after loading. */
  readonly statics: Uint8Array;
  /** Functions of the main thread's instance. */
  readonly exports: Readonly<Record<string, unknown>>;
}

/** Notes every library that `load` instantiates. */
export function recordSideModules(load: () => unknown, memory: SharedMemory): SideModule[] {
  const original = wasm.Instance;
  const found: { module: WasmModule; imports: WasmImports; instance: WasmInstance }[] = [];
  const recording = function (module: WasmModule, imports: WasmImports): WasmInstance {
    const instance = new original(module, imports);
    if (wasm.Module.customSections(module, "dylink.0").length > 0) {
      found.push({ module, imports, instance });
    }
    return instance;
  };
  recording.prototype = original.prototype;
  wasm.Instance = recording as unknown as typeof original;
  try {
    load();
  } finally {
    wasm.Instance = original;
  }
  return found.map(({ module, imports, instance }) => {
    const memoryBase = numberOf(imports["env"]?.["__memory_base"]);
    const { memorySize, tableSize } = readSizes(module);
    return {
      module,
      memoryBase,
      memorySize,
      tableBase: numberOf(imports["env"]?.["__table_base"]),
      tableSize,
      offsets: readOffsets(module, imports),
      statics: memory.copy(memoryBase, memoryBase + memorySize),
      exports: instance.exports,
    };
  });
}

/** Type of the subsection of "dylink.0" that tells sizes. */
const DYLINK_MEM_INFO = 1;

function readSizes(module: WasmModule): { readonly memorySize: number; readonly tableSize: number } {
  const [section] = wasm.Module.customSections(module, "dylink.0");
  const reader = new WasmReader(new Uint8Array(section ?? new ArrayBuffer(0)));
  while (reader.at < reader.bytes.length) {
    const type = reader.byte();
    const length = reader.number();
    const end = reader.at + length;
    if (type === DYLINK_MEM_INFO) {
      const memorySize = reader.number();
      reader.number();
      return { memorySize, tableSize: reader.number() };
    }
    reader.at = end;
  }
  return { memorySize: 0, tableSize: 0 };
}

function readOffsets(module: WasmModule, imports: WasmImports): Record<string, number> {
  const offsets: Record<string, number> = {};
  for (const { module: from, name } of wasm.Module.imports(module)) {
    if (from.startsWith("GOT.")) offsets[`${from}.${name}`] = numberOf(imports[from]?.[name]);
  }
  return offsets;
}

/** A number, or the value of a WebAssembly global. */
function numberOf(value: unknown): number {
  return Number(value instanceof wasm.Global ? value.value : (value ?? 0));
}
