/**
 * Boots a further backend in the memory of the first.
 *
 * A server forks a process for each session; the child inherits the parent's statics and goes on. Here the program's main
 * function is run once more, on statics as a new process has them. In the moment in which the first boot had
 * set up shared memory and was about to become a backend, the statics of that moment are put in place: from there
 * on, this boot is a child of that server, and takes a PGPROC of its own. It believes to run under a postmaster while it
 * connects to the database (otherwise it would recover the write-ahead log, as the first backend of a single-user server
 * does), and not before: what a backend of its own keeps (files to unlink at a checkpoint) is set up before.
 */
import { SwitchyardError } from "../../switchyard-error.ts";
import { STATICS } from "../build-facts.ts";
import type { MainInstance } from "./main-instance.ts";
import type { Statics, StaticsImage } from "./statics.ts";

/** Watches the first boot for the moment from which the others go on. */
export class ForkPoint {
  readonly #main: MainInstance;
  readonly #statics: Statics;
  #image: StaticsImage | undefined;
  #counted = false;

  constructor(main: MainInstance, statics: Statics) {
    this.#main = main;
    this.#statics = statics;
    main.watch = { onImport: (name) => this.#watch(name) };
  }

  /** The statics of that moment. */
  get image(): StaticsImage {
    if (!this.#image) throw failed("it did not come to the moment from which others go on");
    return this.#image;
  }

  /** Shared memory is ready; Postgres counts the files that it may open (dup), looks at the clock and becomes a backend. */
  #watch(name: string): void {
    if (name === COUNTS_FILES) this.#counted = true;
    if (name !== LOOKS_AT_CLOCK || !this.#counted || this.#image) return;
    const breakAddress = this.#main.call("emscripten_get_sbrk_ptr")();
    this.#statics.add({ start: STATICS.start, end: breakAddress });
    this.#statics.add({ start: breakAddress + Uint32Array.BYTES_PER_ELEMENT, end: STATICS.mallocState });
    for (const { memoryBase, memorySize } of this.#main.libraries) {
      this.#statics.add({ start: memoryBase, end: memoryBase + memorySize });
    }
    this.#image = this.#statics.captureAll();
    this.#main.watch = undefined;
  }
}

const COUNTS_FILES = "__syscall_dup";
const LOOKS_AT_CLOCK = "emscripten_date_now";
const WRITES = "fd_write";
/** What InitPostgres logs first. */
const CONNECTS = "InitPostgres";

/** Directory of the database files inside PGlite's file system. */
export const DATA_DIRECTORY = "/pglite/data";
const LOCK_FILE = `${DATA_DIRECTORY}/postmaster.pid`;

/** PGlite's main function returns this when the backend lives on. */
const ALIVE = 99;
/** BackendType (miscadmin.h). */
const BACKEND_TYPE = { backgroundWorker: 5 } as const;
/** GucContext and GucSource of SetConfigOption (utils/guc.h). */
const PGC_SIGHUP = 2;
const PGC_S_OVERRIDE = 10;

/** Settings of the part of the boot that is thrown away: as little memory as may be. */
const THROWN_AWAY = ["-c", "shared_buffers=128kB", "-c", "max_connections=4", "-c", "wal_buffers=32kB"];

/**
 * Boots one more backend; afterwards its statics are in place.
 * @param pid the process id that it shall have
 */
export function bootNext(
  main: MainInstance,
  statics: Statics,
  fork: StaticsImage,
  startParams: string[],
  pid: number,
): void {
  const { module, memory } = main;
  const backendType = memory.u32(main.addressOf("MyBackendType"));
  statics.restoreAll(fork);
  writeFreshStatics(main);
  main.call("__wasm_call_ctors")();
  module._pgl_setPGliteActive(1);
  if (module.FS.analyzePath(LOCK_FILE).exists) module.FS.unlink(LOCK_FILE);
  let counted = false;
  let forked = false;
  const watch = {
    onImport: (name: string, values: readonly (number | bigint)[]): void => {
      if (name === COUNTS_FILES) counted = true;
      if (name === LOOKS_AT_CLOCK && counted && !forked) {
        forked = true;
        statics.restoreAll(fork);
        memory.setU32(main.addressOf("MyProcPid"), pid);
        unwatched(() => setLogLevel(main, "debug3"));
      }
      if (name === WRITES && forked && writtenText(main, values).includes(CONNECTS)) {
        main.watch = undefined;
        setLogLevel(main, "panic");
        memory.setU8(main.addressOf("IsUnderPostmaster"), 1);
        memory.setU32(main.addressOf("MyBackendType"), BACKEND_TYPE.backgroundWorker);
      }
    },
  };
  const unwatched = (body: () => void): void => {
    main.watch = undefined;
    body();
    main.watch = watch;
  };
  main.watch = watch;
  const database = module.ENV["PGDATABASE"] as string;
  const status = module.callMain([...startParams, ...THROWN_AWAY, "-D", DATA_DIRECTORY, database]);
  if (status !== ALIVE || main.watch !== undefined) throw failed(`its main function returned ${status}`);
  module._pgl_startPGlite();
  module._pgl_set_rw_cbs(main.callbacks.read, main.callbacks.write);
  memory.setU8(main.addressOf("IsUnderPostmaster"), 0);
  memory.setU32(main.addressOf("MyBackendType"), backendType);
}

/** The statics of the program as a new process has them; Emscripten's break belongs to all and stays. */
function writeFreshStatics(main: MainInstance): void {
  const { memory } = main;
  const breakAddress = main.call("emscripten_get_sbrk_ptr")();
  const breakValue = memory.u32(breakAddress);
  memory.bytes().fill(0, STATICS.start, STATICS.mallocState);
  for (const { address, bytes } of main.program.data) {
    const skipped = Math.max(0, STATICS.start - address);
    if (skipped < bytes.length) memory.bytes().set(bytes.subarray(skipped), address + skipped);
  }
  memory.setU32(breakAddress, breakValue);
}

function setLogLevel(main: MainInstance, level: string): void {
  const name = main.cString("log_min_messages");
  main.call("SetConfigOption")(name, main.cString(level), PGC_SIGHUP, PGC_S_OVERRIDE);
}

/** What a call of fd_write(descriptor, vectors, count) writes. */
function writtenText(main: MainInstance, [, vectors, count]: readonly (number | bigint)[]): string {
  const { memory } = main;
  const vector = (index: number): string => {
    const at = Number(vectors) + index * 2 * Uint32Array.BYTES_PER_ELEMENT;
    const start = memory.u32(at);
    return memory.bytes().toString("latin1", start, start + memory.u32(at + Uint32Array.BYTES_PER_ELEMENT));
  };
  return Array.from({ length: Number(count) }, (_, index) => vector(index)).join("");
}

function failed(what: string): SwitchyardError {
  return new SwitchyardError(
    "harness",
    `A backend of the in-process Postgres did not start: ${what}.`,
    "Install the version of @electric-sql/pglite that package.json pins.",
  );
}
