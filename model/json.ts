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
export function sameJson(left: Json, right: Json): boolean {
  if (left === right) return true;
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((item: Json, index) => sameJson(item, right[index]));
  }
  if (!isJsonObject(left) || !isJsonObject(right)) return false;
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && sameJson(left[key] ?? null, right[key] ?? null))
  );
}

/** True for an object, false for an array, a scalar or null. */
export function isJsonObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
