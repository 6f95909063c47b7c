/**
 * Finds static variables of the server that it does not export, by planting a value that is known beforehand.
 */
import type { SharedMemory } from "./machine/shared-memory.ts";
import { STATICS } from "./build-facts.ts";
import { SwitchyardError } from "../switchyard-error.ts";

/** Addresses among the statics (8-byte aligned) at which `needle` stands now. */
export function addressesOf(memory: SharedMemory, needle: Uint8Array, what: string): number[] {
  const statics = memory.bytes().subarray(0, STATICS.mallocState);
  const found: number[] = [];
  for (let at = statics.indexOf(needle, STATICS.start); at >= 0; at = statics.indexOf(needle, at + 1)) {
    if (at % 8 === 0) found.push(at);
  }
  if (found.length === 0) {
    throw new SwitchyardError(
      "harness",
      `The installed PGlite keeps ${what} where the harness cannot find it.`,
      "Install the version of @electric-sql/pglite that package.json pins.",
    );
  }
  return found;
}

/** Eight bytes, little-endian. */
export function littleEndian(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigInt64(0, value, true);
  return bytes;
}

/** The state that `setseed(fraction)` leaves in PostgreSQL's generator (common/pg_prng.c: splitmix64 twice). */
export function prngStateAfterSetseed(fraction: number): Uint8Array {
  const state = { value: BigInt.asUintN(64, BigInt(Math.trunc((2 ** 52 - 1) * fraction))) };
  return Buffer.concat([littleEndian(splitmix64(state)), littleEndian(splitmix64(state))]);
}

function splitmix64(state: { value: bigint }): bigint {
  state.value = BigInt.asUintN(64, state.value + 0x9e3779b97f4a7c15n);
  let mixed = state.value;
  mixed = BigInt.asUintN(64, (mixed ^ (mixed >> 30n)) * 0xbf58476d1ce4e5b9n);
  mixed = BigInt.asUintN(64, (mixed ^ (mixed >> 27n)) * 0x94d049bb133111ebn);
  return BigInt.asIntN(64, mixed ^ (mixed >> 31n));
}
