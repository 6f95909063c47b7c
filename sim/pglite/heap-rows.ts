/**
 * Reads row versions straight from a table's pages, to learn which of them a transaction locked or replaced.
 *
 * Source: storage/bufpage.h, storage/itemid.h, access/htup_details.h.
 */
import type { BufferPool } from "./buffer-pool.ts";
import { blockCount, type UserRelation } from "./user-relations.ts";

const PAGE_LOWER = 12;
const LINE_POINTERS = 24;
const LINE_POINTER_NORMAL = 1;
const TUPLE = { xmax: 4, infomask: 20 } as const;
const XMAX_INVALID = 0x0800;
const XMAX_IS_MULTI = 0x1000;

/**
 * The row versions, as text "(block,offset)", whose xmax is a transaction id for which `isOwn` holds: what a transaction
 * with these ids locked, updated or deleted. A version that several transactions lock (a multixact) is left to `isOwnMulti`.
 */
export function versionsHeldBy(
  pool: BufferPool,
  table: UserRelation,
  isOwn: (xid: number) => boolean,
  isOwnMulti: (multixact: number) => boolean,
): string[] {
  const held: string[] = [];
  for (let block = 0; block < blockCount(table); block++) {
    const buffer = pool.find(table.fileNumber, block);
    if (buffer === undefined) continue;
    const bytes = pool.page(buffer);
    const page = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const lower = page.getUint16(PAGE_LOWER, true);
    for (let pointer = LINE_POINTERS, offset = 1; pointer < lower; pointer += 4, offset++) {
      const item = page.getUint32(pointer, true);
      if (((item >>> 15) & 3) !== LINE_POINTER_NORMAL) continue;
      const tuple = item & 0x7fff;
      const infomask = page.getUint16(tuple + TUPLE.infomask, true);
      const xmax = page.getUint32(tuple + TUPLE.xmax, true);
      if (xmax === 0 || (infomask & XMAX_INVALID) !== 0) continue;
      const own = (infomask & XMAX_IS_MULTI) === 0 ? isOwn(xmax) : isOwnMulti(xmax);
      if (own) held.push(`(${block},${offset})`);
    }
  }
  return held;
}
