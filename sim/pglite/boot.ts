/**
 * Starts PGlite with our doors in place of the machine's, from the cached image of a data directory.
 */
import { PGlite } from "@electric-sql/pglite";
import type { BackendMemory } from "./backend-memory.ts";
import { cachedImage, dropCachedImage } from "./image-cache.ts";
import { machineExtension, type Machine } from "./machine-hooks.ts";
import type { PumpModule } from "./message-pump.ts";

/** The part of PGlite's Emscripten file system that the harness uses. */
export interface BackendFileSystem {
  lookupPath(path: string): { readonly node: FileNode };
  unlink(path: string): void;
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

/** A running backend, before calibration. */
export interface BootedBackend {
  readonly module: PumpModule & { readonly FS: BackendFileSystem };
  readonly memory: BackendMemory;
  /** Exports of the WebAssembly instance: functions, and globals whose values are addresses. */
  readonly exports: Readonly<Record<string, unknown>>;
  close(): Promise<void>;
}

/** Directory of the database files inside PGlite's file system. */
export const DATA_DIRECTORY = "/pglite/data";

/**
 * Server parameters. Prepared transactions are the sidings; generic plans make a statement's plan independent of how
 * often it ran; the rest spares work that a throw-away database does not need.
 */
const SETTINGS: Readonly<Record<string, string>> = {
  max_prepared_transactions: "64",
  max_connections: "10",
  shared_buffers: "16MB",
  track_counts: "off",
  track_activities: "off",
  // No daemon can run here; CREATE INDEX keeps a table's statistics only where one might (and track_counts is on).
  autovacuum: "on",
  plan_cache_mode: "force_generic_plan",
  jit: "off",
  synchronous_commit: "off",
  full_page_writes: "off",
  wal_level: "minimal",
  max_wal_senders: "0",
  checkpoint_timeout: "1d",
  timezone: "UTC",
};

/** Boots one backend. Takes about a second, or several on the first start ever, which builds the image. */
export async function bootBackend(machine: Machine): Promise<BootedBackend> {
  const image = await cachedImage(buildImage);
  try {
    return await bootFromImage(machine, image);
  } catch (error) {
    await dropCachedImage();
    throw error;
  }
}

async function buildImage(): Promise<Uint8Array> {
  const pg = await PGlite.create({ initDbStartParams: ["--no-data-checksums"] });
  try {
    const archive = await pg.dumpDataDir("none");
    return new Uint8Array(await archive.arrayBuffer());
  } finally {
    await pg.close();
  }
}

async function bootFromImage(machine: Machine, image: Uint8Array<ArrayBuffer>): Promise<BootedBackend> {
  const doors = machineExtension(machine);
  const pg = await PGlite.create({
    loadDataDir: new Blob([image]),
    startParams: [...PGlite.defaultStartParams, ...settingArguments()],
    extensions: { switchyard: doors.extension as never },
  });
  const module = pg.Module as unknown as BootedBackend["module"];
  return { module, ...doors.instance(), close: () => pg.close() };
}

function settingArguments(): string[] {
  return Object.entries(SETTINGS).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}
