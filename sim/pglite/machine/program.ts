/**
 * PGlite's WebAssembly, edited and compiled once per process: every instance of it works on the same shared memory.
 */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { SwitchyardError } from "../../switchyard-error.ts";
import { PGLITE_VERSION, PGLITE_WASM_SHA256 } from "../build-facts.ts";
import {
  edited,
  readData,
  withCallAtEntry,
  withoutData,
  withSharedMemory,
  type DataSegment,
} from "./wasm-edit.ts";
import { wasm, type WasmModule } from "./web-assembly.ts";

/** A compiled program and the data that its memory begins with. */
export interface Program {
  readonly module: WasmModule;
  readonly data: readonly DataSegment[];
}

/**
 * The import that `WaitLatch` calls first, with its latch, its events and its timeout. (As PGlite builds it, a server's
 * poll() never sleeps, so that a backend which waits would spin. Nothing else uses this import.)
 */
export const WAIT_LATCH_HOOK = "__syscall_poll";

let program: Promise<Program> | undefined;

/**
 * The program; compiled at the first call.
 * @throws SwitchyardError "harness" if another build of PGlite is installed
 */
export function loadProgram(): Promise<Program> {
  program ??= compile();
  return program;
}

async function compile(): Promise<Program> {
  const main = createRequire(import.meta.url).resolve("@electric-sql/pglite");
  const binary = await readFile(join(dirname(main), "pglite.wasm"));
  const manifest = await readFile(join(dirname(main), "..", "package.json"), "utf8");
  const { version } = JSON.parse(manifest) as { readonly version: string };
  const checksum = createHash("sha256").update(binary).digest("hex");
  if (version !== PGLITE_VERSION || checksum !== PGLITE_WASM_SHA256) throw otherBuild(version, checksum);
  const hooked = edited(binary, withSharedMemory, withCallAtEntry("WaitLatch", WAIT_LATCH_HOOK), withoutData);
  return { module: await wasm.compile(hooked), data: readData(binary) };
}

function otherBuild(version: string, checksum: string): SwitchyardError {
  return new SwitchyardError(
    "harness",
    `The installed PGlite is ${version} with checksum ${checksum.slice(0, 8)}; the harness knows ${PGLITE_VERSION} with ${PGLITE_WASM_SHA256.slice(0, 8)}.`,
    `Install @electric-sql/pglite ${PGLITE_VERSION} as it was published: npm ci.`,
  );
}
