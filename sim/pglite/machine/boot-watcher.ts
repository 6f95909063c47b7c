/**
 * Follows a boot by the imports that it calls, up to the moment in which shared memory is ready and the process is about to
 * become a backend: it has counted the files that it may open, and looks at the clock.
 */
import type { BootWatch, MainInstance } from "./main-instance.ts";

/** A file that was mapped into memory. */
export interface Mapping {
  readonly start: number;
  readonly length: number;
}

/** What the watcher tells. */
export interface BootListener {
  /** Shared memory is ready; `mapped` are the files that were mapped so far. */
  readonly onReady: (mapped: readonly Mapping[]) => void;
  /** Something is written to the log. */
  readonly onLog: (text: string) => void;
}

const COUNTS_FILES = "__syscall_dup";
const LOOKS_AT_CLOCK = "emscripten_date_now";
const WRITES = "fd_write";
/** Maps a file into memory. */
export const MAPS = "_mmap_js";
/** The imports that a boot is followed by. */
export const WATCHED_IMPORTS: ReadonlySet<string> = new Set([COUNTS_FILES, LOOKS_AT_CLOCK, WRITES, MAPS]);

/** Parameters of MAPS: the length, and where the address is written. */
const MAP_LENGTH = 0;
const MAP_ADDRESS = 6;
const STANDARD_ERROR = 2;

/** Watches one boot. */
export class BootWatcher implements BootWatch {
  readonly #main: MainInstance;
  readonly #listener: BootListener;
  readonly #mapped: Mapping[] = [];
  #counted = false;
  #ready = false;

  constructor(main: MainInstance, listener: BootListener) {
    this.#main = main;
    this.#listener = listener;
  }

  onImport(name: string, values: readonly (number | bigint)[]): void {
    if (name === COUNTS_FILES) this.#counted = true;
    if (name === MAPS && !this.#ready) {
      const start = this.#main.memory.u32(Number(values[MAP_ADDRESS]));
      this.#mapped.push({ start, length: Number(values[MAP_LENGTH]) });
    }
    if (name === LOOKS_AT_CLOCK && this.#counted && !this.#ready) {
      this.#ready = true;
      this.#listener.onReady(this.#mapped);
    }
    if (name === WRITES && values[0] === STANDARD_ERROR) this.#listener.onLog(this.#written(values));
  }

  /** What a call of fd_write(descriptor, vectors, count) writes. */
  #written([, vectors, count]: readonly (number | bigint)[]): string {
    const { memory } = this.#main;
    const vector = (index: number): string => {
      const at = Number(vectors) + index * 2 * Uint32Array.BYTES_PER_ELEMENT;
      const start = memory.u32(at);
      return memory.bytes().toString("latin1", start, start + memory.u32(at + Uint32Array.BYTES_PER_ELEMENT));
    };
    return Array.from({ length: Number(count) }, (_, index) => vector(index)).join("");
  }
}
