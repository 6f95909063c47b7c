/**
 * JSON as the protocol stores it: in jsonb columns, and in the committed state that invariants read.
 */

/** Anything that survives JSON. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A JSON object. */
export type JsonObject = { readonly [key: string]: Json };

/**
 * The text of a jsonb parameter; SQL NULL for null. `pg` would send an array as a Postgres array, so every jsonb value
 * goes through here.
 */
export function jsonb(value: Json): string | null {
  return value === null ? null : JSON.stringify(value);
}

/** True where both are the same JSON; the order of an object's keys does not count, as in jsonb. */
export function sameJson(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (typeof left !== "object" || typeof right !== "object" || left === null || right === null) return false;
  if (Array.isArray(left) || Array.isArray(right)) {
    return Array.isArray(left) && Array.isArray(right) && sameItems(left, right);
  }
  const keys = Object.keys(left);
  if (keys.length !== Object.keys(right).length) return false;
  for (const key of keys) {
    if (!Object.hasOwn(right, key)) return false;
    if (!sameJson(left[key as keyof typeof left], right[key as keyof typeof right])) return false;
  }
  return true;
}

function sameItems(left: readonly unknown[], right: readonly unknown[]): boolean {
  return left.length === right.length && left.every((item, index) => sameJson(item, right[index]));
}

/** True for an object, false for an array, a scalar or null. */
export function isJsonObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
