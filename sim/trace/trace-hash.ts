/**
 * The hash by which two runs are compared: equal hashes mean the same steps, outcomes and history.
 */
import { createHash } from "node:crypto";

/** Hex digits of a trace hash: 64 bits, enough to tell millions of runs apart. */
const HASH_DIGITS = 16;

/** The first 16 hex digits of SHA-256 over the JSON of `data`, which must be plain data already (see `toPlain`). */
export function traceHash(data: unknown): string {
  return createHash("sha256").update(JSON.stringify(data)).digest("hex").slice(0, HASH_DIGITS);
}
