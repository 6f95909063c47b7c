/**
 * The cached image of a fresh data directory: the first start runs initdb once, later starts load its result.
 */
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { PGLITE_VERSION } from "./build-facts.ts";

/** Changes whenever the image's making (initdb options) changes. */
const IMAGE_FORMAT = 2;

/**
 * Returns the image's bytes (a tar archive, all of their buffer), building it with `build` where none is cached. The cache lies in
 * `node_modules/.cache` of the working directory, or in the system's temporary directory where there is none.
 */
export async function cachedImage(build: () => Promise<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  const path = imagePath();
  const cached = await readFile(path).catch(() => undefined);
  if (cached && cached.length > 0) return wholeBuffer(cached);
  const image = await build();
  // Where nothing can be written, every start builds the image anew.
  await keep(path, image).catch(() => undefined);
  return wholeBuffer(image);
}

/** The same bytes, as all of their buffer; there are many, so they are copied only where they are a part of a larger one. */
function wholeBuffer(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer } = bytes;
  return buffer instanceof ArrayBuffer && buffer.byteLength === bytes.length
    ? new Uint8Array(buffer)
    : Uint8Array.from(bytes);
}

/** Nobody ever sees a part of the file, also where several processes write it at once. */
async function keep(path: string, image: Uint8Array): Promise<void> {
  await mkdir(resolve(path, ".."), { recursive: true });
  const unfinished = `${path}.${process.pid}.part`;
  await writeFile(unfinished, image);
  await rename(unfinished, path);
}

/** Forgets the cached image, for when it turns out to be damaged. */
export async function dropCachedImage(): Promise<void> {
  await rm(imagePath(), { force: true }).catch(() => undefined);
}

function imagePath(): string {
  const modules = resolve("node_modules");
  const base = existsSync(modules)
    ? join(modules, ".cache", "pg-switchyard")
    : join(tmpdir(), "pg-switchyard");
  return join(base, `data-${PGLITE_VERSION}-${IMAGE_FORMAT}.tar`);
}
