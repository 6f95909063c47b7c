/**
 * Where files end, in memory that all threads see: a scan asks for it (lseek to the end), and from a lane every question to the
 * main thread costs more than a small scan. An end is known while the descriptor still stands there.
 */
import { FILE_ENDS } from "./lane-protocol.ts";
import type { ImportFunction } from "./main-instance.ts";
import type { SharedMemory } from "./shared-memory.ts";

const SEEK = "fd_seek";

/** Imports after which a file may end elsewhere, or a descriptor may stand elsewhere or for another file. */
const CHANGING: ReadonlySet<string> = new Set([
  "fd_close",
  "fd_pwrite",
  "fd_read",
  "fd_write",
  "__syscall_dup",
  "__syscall_dup3",
  "__syscall_fallocate",
  "__syscall_ftruncate64",
  "__syscall_openat",
  "__syscall_truncate64",
]);

/** The ends of files by descriptor. */
export class FileEnds {
  readonly buffer: SharedArrayBuffer = new SharedArrayBuffer(
    FILE_ENDS.descriptors * Float64Array.BYTES_PER_ELEMENT,
  );
  readonly #ends: Float64Array = new Float64Array(this.buffer).fill(FILE_ENDS.unknown);
  readonly #memory: SharedMemory;

  constructor(memory: SharedMemory) {
    this.#memory = memory;
  }

  /** `call`, the import `name` as the main thread answers it, so that it keeps the ends. */
  watching(name: string, call: ImportFunction): ImportFunction {
    if (name === SEEK) return (...values) => this.#seek(call, values);
    if (!CHANGING.has(name)) return call;
    return (...values) => {
      this.forget();
      return call(...values);
    };
  }

  /** The harness itself has written to a file. */
  forget(): void {
    this.#ends.fill(FILE_ENDS.unknown);
  }

  /** fd_seek(descriptor, offset, from where, address of the new offset). */
  #seek(call: ImportFunction, values: readonly (number | bigint)[]): ReturnType<ImportFunction> {
    const [descriptor, offset, whence, address] = values;
    const toEnd = whence === FILE_ENDS.seekEnd && offset === 0n;
    const failed = call(...values);
    if (Number(descriptor) < FILE_ENDS.descriptors) {
      this.#ends[Number(descriptor)] =
        toEnd && failed === 0 ? Number(this.#memory.u64(Number(address))) : FILE_ENDS.unknown;
    }
    return failed;
  }
}
