/**
 * Boots a further backend in the memory of the first.
 *
 * A server forks a process for each session. Here the program's main function is run once more, on statics as a new process
 * has them. In the moment in which it has set up shared memory and is about to become a backend, it is made to use that of
 * the first boot instead of its own (server-memory.ts): from there on it is a backend of that server. It
 * believes to run under a postmaster while it connects to the database (otherwise it would recover the write-ahead log, as
 * the first backend of a single-user server does), and not before: what a backend of its own keeps (files to unlink at a
 * checkpoint) is set up before.
 */
import { SwitchyardError } from "../../switchyard-error.ts";
import { PROCESS_ID, STATICS } from "../build-facts.ts";
import { BootWatcher } from "./boot-watcher.ts";
import type { MainInstance } from "./main-instance.ts";
import { joinServerMemory, readServerMemory, type ServerMemory } from "./server-memory.ts";
import { programStatics } from "./statics.ts";

/** Watches the first boot for what the others have to know, and gives that backend a process id of its own. */
export class FirstBoot {
  #memory: ServerMemory | undefined;
  #failure: unknown;

  constructor(main: MainInstance, pid: number) {
    const watcher = new BootWatcher(main, {
      onReady: (mapped) => {
        main.watch = undefined;
        try {
          this.#memory = readServerMemory(main, mapped, programStatics(main));
          const ownPid = main.addressOf("MyProcPid");
          if (main.memory.u32(ownPid) !== PROCESS_ID)
            throw failed("PROCESS_ID of build-facts.ts does not hold");
          main.memory.setU32(ownPid, pid);
        } catch (error) {
          // It must not unwind Postgres in the middle of its boot.
          this.#failure = error;
        }
      },
      onLog: () => undefined,
    });
    main.watch = watcher;
  }

  get memory(): ServerMemory {
    if (this.#failure !== undefined) throw this.#failure;
    if (!this.#memory) throw failed("it did not come to the moment from which others go on");
    return this.#memory;
  }
}

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

/**
 * Boots one more backend; afterwards its statics are in place.
 * @param startParams those of the first boot, so that shared memory is laid out alike
 * @param pid the process id that it shall have
 */
export function bootNext(
  main: MainInstance,
  first: ServerMemory,
  startParams: readonly string[],
  pid: number,
): void {
  const { module, memory } = main;
  const backendType = memory.u32(main.addressOf("MyBackendType"));
  writeFreshStatics(main);
  main.call("__wasm_call_ctors")();
  module._pgl_setPGliteActive(1);
  if (module.FS.analyzePath(LOCK_FILE).exists) module.FS.unlink(LOCK_FILE);
  const watcher = new BootWatcher(main, {
    onReady: (mapped) => {
      const ranges = programStatics(main);
      joinServerMemory(main, readServerMemory(main, mapped, ranges), first, ranges);
      memory.setU32(main.addressOf("MyProcPid"), pid);
      setLogLevel(main, "debug3");
    },
    onLog: (text) => {
      if (!text.includes(CONNECTS)) return;
      main.watch = undefined;
      setLogLevel(main, "panic");
      memory.setU8(main.addressOf("IsUnderPostmaster"), 1);
      memory.setU32(main.addressOf("MyBackendType"), BACKEND_TYPE.backgroundWorker);
    },
  });
  main.watch = watcher;
  const database = module.ENV["PGDATABASE"] as string;
  const status = module.callMain([...startParams, "-D", DATA_DIRECTORY, database]);
  if (status !== ALIVE || main.watch !== undefined) throw failed(`its main function returned ${status}`);
  module._pgl_startPGlite();
  module._pgl_set_rw_cbs(main.callbacks.read, main.callbacks.write);
  memory.setU8(main.addressOf("IsUnderPostmaster"), 0);
  memory.setU32(main.addressOf("MyBackendType"), backendType);
}

/** The statics of program and libraries as a new process has them; Emscripten's break belongs to all and stays. */
function writeFreshStatics(main: MainInstance): void {
  const { memory } = main;
  const breakAddress = main.call("emscripten_get_sbrk_ptr")();
  const breakValue = memory.u32(breakAddress);
  memory.bytes().fill(0, STATICS.start, STATICS.mallocState);
  for (const { address, bytes } of main.program.data) {
    const skipped = Math.max(0, STATICS.start - address);
    if (skipped < bytes.length) memory.write(address + skipped, bytes.subarray(skipped));
  }
  memory.setU32(breakAddress, breakValue);
  for (const { memoryBase, statics } of main.libraries) memory.write(memoryBase, statics);
}

function setLogLevel(main: MainInstance, level: string): void {
  const name = main.cString("log_min_messages");
  main.call("SetConfigOption")(name, main.cString(level), PGC_SIGHUP, PGC_S_OVERRIDE);
}

function failed(what: string): SwitchyardError {
  return new SwitchyardError(
    "harness",
    `A backend of the in-process Postgres did not start: ${what}.`,
    "Install the version of @electric-sql/pglite that package.json pins.",
  );
}
