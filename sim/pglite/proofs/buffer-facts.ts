/**
 * Proves BUFFER_DESC and PAGE_SIZE on a table whose pages are known, and which has pages of another fork.
 */
import { BUFFER_DESC, PAGE_SIZE } from "../build-facts.ts";
import { BufferPool } from "../buffer-pool.ts";
import type { Server } from "../server.ts";
import { PROOF_TABLE, THIRD_ROW } from "./bench.ts";
import { prove } from "./prove.ts";

const LAST_PAGE = 2;
const FORK = { main: 0, visibilityMap: 2 } as const;

/** Proves them. The table must be there. */
export function proveBuffers(server: Server): void {
  const { memory } = server;
  prove("PAGE_SIZE", () => Number(server.lookup("show block_size")?.[0]) === PAGE_SIZE);
  server.script(`vacuum ${PROOF_TABLE}`);
  const file = Number(server.lookup(`select pg_relation_filenode('${PROOF_TABLE}')`)?.[0]);
  const descriptors = memory.u32(server.addressOf("BufferDescriptors"));
  const all = Array.from(
    { length: memory.u32(server.addressOf("NBuffers")) },
    (_, index) => descriptors + index * BUFFER_DESC.size,
  );
  prove("BUFFER_DESC.size or BUFFER_DESC.id", () =>
    all.every((descriptor, index) => memory.u32(descriptor + BUFFER_DESC.id) === index),
  );
  const own = all.filter((descriptor) => memory.u32(descriptor + BUFFER_DESC.relFileNumber) === file);
  prove("BUFFER_DESC.relFileNumber", () => own.length > LAST_PAGE);
  const inFork = (fork: number): number =>
    own.filter((descriptor) => memory.u32(descriptor + BUFFER_DESC.fork) === fork).length;
  prove("BUFFER_DESC.fork", () => inFork(FORK.main) === LAST_PAGE + 1 && inFork(FORK.visibilityMap) === 1);
  const pool = new BufferPool(server);
  const buffer = pool.find(file, LAST_PAGE) ?? NaN;
  prove("BUFFER_DESC.block", () => Buffer.from(pool.page(buffer)).includes(THIRD_ROW));
  prove("BUFFER_DESC.state or BUFFER_DESC.dirtyBit", () => {
    const wasDirty = pool.isDirty(buffer);
    server.script("checkpoint");
    return wasDirty && !pool.isDirty(buffer);
  });
}
