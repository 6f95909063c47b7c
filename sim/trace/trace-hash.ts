/**
 * The hash by which two runs are compared: equal hashes mean the same steps, outcomes and history.
 */
import { createHash } from "node:crypto";
import { canonicalJson } from "./canonical-json.ts";

/** Hex digits of a trace hash: 64 bits, enough to tell millions of runs apart. */
const HASH_DIGITS = 16;

/** The first 16 hex digits of SHA-256 over the canonical JSON of `data`. */
export function traceHash(data: unknown): string {
  return createHash("sha256").update(canonicalJson(data)).digest("hex").slice(0, HASH_DIGITS);
}
