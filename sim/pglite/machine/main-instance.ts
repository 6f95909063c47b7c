/**
 * The main thread's instance of the program: PGlite itself, with its file system, on shared memory and with the harness's
 * doors in place of the machine's. Other instances (lanes) ask it for whatever they cannot answer themselves.
 */
import { PGlite } from "@electric-sql/pglite";
import { SwitchyardError } from "../../switchyard-error.ts";
import { LONGJMP_STATUS, STATICS } from "../build-facts.ts";
import { MAPS, WATCHED_IMPORTS } from "./boot-watcher.ts";
import { FileEnds } from "./file-ends.ts";
import { FunctionTable, type TableEntry } from "./function-table.ts";
import { BEYOND_ANY_DEPTH } from "./lane-build.ts";
import { PULSE } from "./lane-protocol.ts";
import type { MachineDoors } from "./machine-doors.ts";
import { MainSocket } from "./main-socket.ts";

import { WAIT_LATCH_HOOK, type Program } from "./program.ts";
import { SharedMemory } from "./shared-memory.ts";
import { recordSideModules, type SideModule } from "./side-modules.ts";
import { tookTooLong, WORKED } from "./turn-bound.ts";
import { edited, withSharedMemory } from "./wasm-edit.ts";
import { wasm, type WasmImports, type WasmInstance, type WasmTable } from "./web-assembly.ts";

/** A function that the program imports. */
export type ImportFunction = (...values: (number | bigint)[]) => number | bigint | undefined;

/** The part of PGlite's Emscripten file system that the harness uses. */
export interface BackendFileSystem {
  lookupPath(path: string): { readonly node: FileNode };
  unlink(path: string): void;
  analyzePath(path: string): { readonly exists: boolean };
  readdir(path: string): string[];
  readFile(path: string): Uint8Array;
  writeFile(path: string, bytes: Uint8Array): void;
  createDevice(parent: string, name: string, input: () => number, output: null): void;
}

/** A file of the in-memory file system. */
export interface FileNode {
  contents: Uint8Array;
  usedBytes: number;
  readonly node_ops: unknown;
  stream_ops: {
    write(
      stream: { node: FileNode; position: number },
      buffer: Uint8Array,
      offset: number,
      length: number,
      position: number,
    ): number;
  };
}

/** The part of PGlite's Emscripten module that the harness drives. */
export interface MainModule {
  readonly FS: BackendFileSystem;
  readonly ENV: Readonly<Record<string, string>>;
  callMain(args: string[]): number;
  addFunction(callback: (pointer: number, length: number) => number, signature: string): number;
  stackSave(): number;
  stackRestore(stackPointer: number): void;
  _malloc(bytes: number): number;
  _free(address: number): void;
  _pgl_setPGliteActive(active: number): void;
  _pgl_startPGlite(): void;
  _pgl_set_rw_cbs(read: number, write: number): void;
  _pq_buffer_remaining_data(): number;
  _PostgresMainLoopOnce(): void;
  _PostgresMainLongJmp(): void;
  _PostgresSendReadyForQueryIfNecessary(): void;
  _pgl_pq_flush(): void;
}

/** What happens while a backend boots, for the one who boots it. */
export interface BootWatch {
  /** An import was called, and has done its work. */
  onImport(name: string, values: readonly (number | bigint)[]): void;
}

/** What an instance on another thread has to take over. */
export interface InstanceUpdate {
  readonly libraries: readonly Omit<SideModule, "exports" | "statics">[];
  readonly entries: readonly TableEntry[];
  readonly tableLength: number;
}

/** ENOMEM of WASI. */
const OUT_OF_MEMORY = 48;

/** Directory of PGlite's loadable libraries. */
const LIBRARY_DIRECTORY = "/pglite/lib/postgresql";
/** Where Emscripten's `struct dso` (dynlink.c) points to what was read of the file already. */
const DSO_FILE_DATA = 28;

/** PGlite on shared memory. */
export class MainInstance {
  readonly memory: SharedMemory = new SharedMemory();
  readonly fileEnds: FileEnds = new FileEnds(this.memory);
  readonly program: Program;
  /** See PULSE. */
  readonly pulse: Int32Array<SharedArrayBuffer> = new Int32Array(
    new SharedArrayBuffer(PULSE.wordCount * Int32Array.BYTES_PER_ELEMENT),
  );
  /** See turn-bound.ts. */
  readonly turnBoundMs: number;
  /** Libraries loaded so far. */
  readonly libraries: SideModule[] = [];
  /** Indexes of the functions through which a backend reads its messages and writes its answers. */
  readonly callbacks: { readonly read: number; readonly write: number } = { read: 0, write: 0 };
  watch: BootWatch | undefined;
  module!: MainModule;
  exports!: Readonly<Record<string, unknown>>;
  /** Where the stack pointer stood before anything ran. */
  stackTopAtStart = 0;
  readonly #doors: MachineDoors;
  readonly #imports = new Map<string, ImportFunction>();
  #table!: FunctionTable;
  readonly #entries: TableEntry[] = [];
  /** How much of `libraries` and `#entries` an instance knows. */
  readonly #known = new WeakMap<object, { libraries: number; entries: number }>();
  /** Addresses of statics that point into frames: a turn of the main loop has to leave them as they were when it began. */
  #unwound = { exceptionStack: 0, contextStack: 0 };
  #sharedLibraries = false;
  readonly #socket = new MainSocket(this.memory);
  /** A statement is being run here. */
  #pumping = false;
  /** It was about to sleep. */
  #slept = false;

  constructor(program: Program, doors: MachineDoors, turnBoundMs: number) {
    this.program = program;
    this.turnBoundMs = turnBoundMs;
    this.#doors = doors;
  }

  /** Boots the first backend from a data directory (a tar archive that is all of its buffer). */
  async boot(image: Uint8Array<ArrayBuffer>, startParams: string[]): Promise<void> {
    const setup = (_pg: unknown, options: object): Promise<object> => {
      const emscriptenOpts = {
        ...options,
        wasmMemory: this.memory.wasm,
        instantiateWasm: (imports: WasmImports, done: (instance: WasmInstance, module: object) => void) => {
          this.#instantiate(imports, done);
          return {};
        },
      };
      this.module = emscriptenOpts as unknown as MainModule;
      return Promise.resolve({ emscriptenOpts });
    };
    const extension = { name: "switchyard", setup };
    await PGlite.create({
      loadDataDir: blobOf(image),
      startParams,
      extensions: { switchyard: extension as never },
    });
    this.#takeOver();
  }

  /** The address of an exported C global. */
  addressOf(name: string): number {
    const exported = this.exports[name] as { readonly value?: number } | undefined;
    if (typeof exported?.value === "number") return exported.value;
    throw missing(`does not export "${name}"`);
  }

  /** An exported function. */
  call(name: string): (...values: number[]) => number {
    const exported = this.exports[name];
    if (typeof exported === "function") return exported as (...values: number[]) => number;
    throw missing(`does not export "${name}"`);
  }

  /** A function of the function table. */
  tableEntry(index: number): (...values: number[]) => number {
    const table = this.exports["__indirect_function_table"] as WasmTable;
    return table.get(index) as (...values: number[]) => number;
  }

  /** Memory of the C heap, for good. */
  allocate(bytes: number): number {
    return this.module._malloc(bytes);
  }

  /** The address of a C string on the heap, for good. */
  cString(text: string): number {
    const address = this.allocate(text.length + 1);
    this.memory.write(address, Buffer.from(`${text}\0`, "latin1"));
    return address;
  }

  /** The program's imports in order, as this instance has them. */
  importList(): ImportFunction[] {
    return wasm.Module.imports(this.program.module).map(
      ({ name }) => this.#imports.get(name) ?? (() => undefined),
    );
  }

  /** What `instance` does not know yet; undefined if nothing. */
  updateFor(instance: object): InstanceUpdate | undefined {
    for (const entry of this.#table.added()) this.#entries.push(entry);
    const known = this.#known.get(instance) ?? { libraries: 0, entries: 0 };
    if (known.entries === this.#entries.length && known.libraries === this.libraries.length) return undefined;
    const libraries = this.libraries
      .slice(known.libraries)
      .map(({ exports: _exports, statics: _statics, ...library }) => library);
    const entries = this.#entries.slice(known.entries);
    this.#known.set(instance, { libraries: this.libraries.length, entries: this.#entries.length });
    return { libraries, entries, tableLength: this.#table.length };
  }

  /**
   * Lets the backend whose statics are in place handle `messages` here; they must not make it wait. The answer is good until
   * the next one.
   */
  pump(messages: Uint8Array): Buffer {
    this.#socket.send(messages);
    this.#pumping = true;
    this.#beat();
    this.memory.setU32(STATICS.stackBase, STATICS.stackTop);
    const { module } = this;
    while (this.#socket.hasMessages || module._pq_buffer_remaining_data() > 0) this.#turnMainLoop();
    module._PostgresSendReadyForQueryIfNecessary();
    module._pgl_pq_flush();
    this.#beat();
    this.#pumping = false;
    if (Atomics.load(this.pulse, PULSE.cancelled) !== 0) throw tookTooLong(WORKED, this.turnBoundMs);
    if (this.#slept) throw stopped("a statement waits that should not have to");
    return this.#socket.answer;
  }

  /**
   * A statement on the main thread is about to sleep, for what would be for ever. That must not be: it is cancelled, and the
   * run with it. (While a backend boots, it only looks whether something has happened.)
   */
  sleptHere(latch: number): void {
    this.memory.setU32(latch, 1);
    if (!this.#pumping) return;
    this.#slept = true;
    this.memory.setU32(this.addressOf("QueryCancelPending"), 1);
    this.memory.setU32(this.addressOf("InterruptPending"), 1);
  }

  #instantiate(imports: WasmImports, done: (instance: WasmInstance, module: object) => void): void {
    const env = imports["env"] as Record<string, ImportFunction>;
    const replacements = this.#doors.replacements(this);
    for (const [name, original] of Object.entries(env)) {
      if (typeof original !== "function" || name.startsWith("invoke_")) continue;
      const call = this.fileEnds.watching(name, replacements[name] ?? original);
      env[name] = WATCHED_IMPORTS.has(name) ? this.#watched(name, call) : call;
      this.#imports.set(name, env[name]);
    }
    const load = env["_dlopen_js"] as ImportFunction;
    env["_dlopen_js"] = (...values) => this.#loadLibrary(load, values);
    this.#imports.set("_dlopen_js", env["_dlopen_js"]);
    if (!this.#imports.has(WAIT_LATCH_HOOK)) throw missing(`does not import "${WAIT_LATCH_HOOK}"`);
    (imports["env"] as Record<string, unknown>)["memory"] = this.memory.wasm;
    for (const { address, bytes } of this.program.data) this.memory.write(address, bytes);
    const instance = new wasm.Instance(this.program.module, imports);
    this.exports = instance.exports;
    this.stackTopAtStart = this.addressOf("__stack_pointer");
    this.#table = new FunctionTable(instance.exports["__indirect_function_table"] as WasmTable, this.exports);
    done(instance, this.program.module);
  }

  /** The others go without: they are called many times in each statement. */
  #watched(name: string, call: ImportFunction): ImportFunction {
    return (...values) => {
      // A mapped file would be a copy that no other backend sees.
      if (name === MAPS && !this.watch) return -OUT_OF_MEMORY;
      const result = call(...values);
      this.watch?.onImport(name, values);
      return result;
    };
  }

  /** PGlite's own queries are over: its socket becomes ours. */
  #takeOver(): void {
    const { module } = this;
    this.#unwound = {
      exceptionStack: this.addressOf("PG_exception_stack"),
      contextStack: this.addressOf("error_context_stack"),
    };
    Object.assign(this.callbacks, {
      read: module.addFunction(this.#socket.read, "ipi"),
      write: module.addFunction(this.#socket.write, "ipi"),
    });
    module._pgl_set_rw_cbs(this.callbacks.read, this.callbacks.write);
  }

  /** A statement begins, or has ended. */
  #beat(): void {
    Atomics.add(this.pulse, PULSE.statement, 1);
  }

  /** One turn of the server's main loop; an error of a statement unwinds to here, as it does in Postgres itself. */
  #turnMainLoop(): void {
    const stackPointer = this.module.stackSave();
    const exceptionStack = this.memory.u32(this.#unwound.exceptionStack);
    const contextStack = this.memory.u32(this.#unwound.contextStack);
    try {
      this.module._PostgresMainLoopOnce();
    } catch (thrown) {
      this.module.stackRestore(stackPointer);
      if (isStackOverflow(thrown)) this.#raiseTooDeep(stackPointer, exceptionStack, contextStack);
      else if (!isLongjmp(thrown)) throw stopped(thrown);
      this.module._PostgresMainLongJmp();
    }
  }

  /**
   * JavaScript's stack was full before Postgres found its own to be (54001). All frames are gone by now; what is left to do is
   * to raise the error that Postgres would have, from where its main loop began.
   */
  #raiseTooDeep(stackPointer: number, exceptionStack: number, contextStack: number): void {
    this.memory.setU32(this.#unwound.exceptionStack, exceptionStack);
    this.memory.setU32(this.#unwound.contextStack, contextStack);
    this.memory.setU32(STATICS.stackBase, BEYOND_ANY_DEPTH);
    try {
      this.call("check_stack_depth")();
    } catch (thrown) {
      if (!isLongjmp(thrown)) throw stopped(thrown);
    }
    this.memory.setU32(STATICS.stackBase, STATICS.stackTop);
    this.module.stackRestore(stackPointer);
  }

  #loadLibrary(load: ImportFunction, values: (number | bigint)[]): number | bigint | undefined {
    if (!this.#sharedLibraries) this.#shareLibraries();
    // Let the file be read again, as it is now.
    this.memory.setU32(Number(values[0]) + DSO_FILE_DATA, 0);
    let result: number | bigint | undefined;
    const found = recordSideModules(() => (result = load(...values)), this.memory);
    for (const library of found) {
      this.#table.add(this.libraries.length, library);
      this.libraries.push(library);
    }
    return result;
  }

  /** Gives every library of the installation a shared memory. */
  #shareLibraries(): void {
    const { FS } = this.module;
    for (const name of FS.readdir(LIBRARY_DIRECTORY)) {
      if (!name.endsWith(".so")) continue;
      const path = `${LIBRARY_DIRECTORY}/${name}`;
      FS.writeFile(path, edited(FS.readFile(path), withSharedMemory));
    }
    this.#sharedLibraries = true;
  }
}

/** What PGlite needs of a Blob; a real one would copy the whole image three times, which takes half a second. */
function blobOf(image: Uint8Array<ArrayBuffer>): Blob {
  const arrayBuffer = (): Promise<ArrayBuffer> => Promise.resolve(image.buffer);
  return { type: "application/x-tar", size: image.length, arrayBuffer } as Blob;
}

function isLongjmp(thrown: unknown): boolean {
  return (thrown as { status?: number }).status === LONGJMP_STATUS;
}

function isStackOverflow(thrown: unknown): boolean {
  return thrown instanceof RangeError && thrown.message.includes("call stack");
}

function missing(what: string): SwitchyardError {
  return new SwitchyardError(
    "harness",
    `The installed PGlite ${what}.`,
    "Install the version of @electric-sql/pglite that package.json pins.",
  );
}

function stopped(thrown: unknown): SwitchyardError {
  return new SwitchyardError(
    "harness",
    `The in-process Postgres stopped: ${thrown instanceof Error ? thrown.message : String(thrown)}.`,
    "Run the command again; if it stops at the same place, report the token.",
    { cause: thrown },
  );
}
