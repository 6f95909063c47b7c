/**
 * Reads the headers of the row versions on a page of a table.
 *
 * Source: PostgreSQL's storage/bufpage.h, storage/itemid.h and access/htup_details.h.
 */
import type { RowStrength } from "../engine/port.ts";

/** A row version. */
export interface TupleHeader {
  /** Its line pointer, from 1. */
  readonly offset: number;
  readonly xmin: number;
  /** The transaction (or multixact) that locked, updated or deleted it; 0 for none. */
  readonly xmax: number;
  /** `xmax` is a multixact: several transactions hold the row. */
  readonly isMulti: boolean;
  /** `xmax` only locked it. */
  readonly isLockOnly: boolean;
  /** Of the strongest lock that `xmax` holds. */
  readonly strength: RowStrength;
  /** Where its next version is; itself if there is none. */
  readonly nextBlock: number;
  readonly nextOffset: number;
}

const PAGE_LOWER = 12;
const PAGE_HEADER_SIZE = 24;
const LINE_POINTER_SIZE = 4;
const LINE_POINTER_NORMAL = 1;
const TUPLE = {
  xmin: 0,
  xmax: 4,
  nextHigh: 12,
  nextLow: 14,
  nextOffset: 16,
  infomask2: 18,
  infomask: 20,
} as const;
const KEY_SHARE_LOCK = 0x0010;
const EXCLUSIVE_LOCK = 0x0040;
const SHARE_LOCK: number = KEY_SHARE_LOCK | EXCLUSIVE_LOCK;
const LOCK_ONLY = 0x0080;
const XMAX_INVALID = 0x0800;
const XMAX_IS_MULTI = 0x1000;
/** In infomask2. */
const KEYS_UPDATED = 0x2000;

/** The versions on `page` (8 KiB), in the order of their line pointers. */
export function readTuples(page: Uint8Array): TupleHeader[] {
  const view = new DataView(page.buffer, page.byteOffset, page.byteLength);
  const end = view.getUint16(PAGE_LOWER, true);
  const tuples: TupleHeader[] = [];
  for (let at = PAGE_HEADER_SIZE; at < end; at += LINE_POINTER_SIZE) {
    const pointer = view.getUint32(at, true);
    if (((pointer >> 15) & 3) !== LINE_POINTER_NORMAL) continue;
    tuples.push(readTuple(view, pointer & 0x7fff, (at - PAGE_HEADER_SIZE) / LINE_POINTER_SIZE + 1));
  }
  return tuples;
}

function readTuple(view: DataView, at: number, offset: number): TupleHeader {
  const infomask = view.getUint16(at + TUPLE.infomask, true);
  const infomask2 = view.getUint16(at + TUPLE.infomask2, true);
  const isFree = (infomask & XMAX_INVALID) !== 0;
  return {
    offset,
    xmin: view.getUint32(at + TUPLE.xmin, true),
    xmax: isFree ? 0 : view.getUint32(at + TUPLE.xmax, true),
    isMulti: (infomask & XMAX_IS_MULTI) !== 0,
    isLockOnly: (infomask & LOCK_ONLY) !== 0,
    strength: strengthOf(infomask, infomask2),
    nextBlock:
      view.getUint16(at + TUPLE.nextHigh, true) * 0x1_0000 + view.getUint16(at + TUPLE.nextLow, true),
    nextOffset: view.getUint16(at + TUPLE.nextOffset, true),
  };
}

function strengthOf(infomask: number, infomask2: number): RowStrength {
  const lock = infomask & SHARE_LOCK;
  if ((infomask & LOCK_ONLY) !== 0 && lock === KEY_SHARE_LOCK) return "key share";
  if ((infomask & LOCK_ONLY) !== 0 && lock === SHARE_LOCK) return "share";
  return (infomask2 & KEYS_UPDATED) === 0 ? "no key update" : "update";
}
