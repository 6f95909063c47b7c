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
  if (typeof left !== "object" || typeof right !== "object") return left === right;
  return left === right || canonical(left) === canonical(right);
}

/** True for an object, false for an array, a scalar or null. */
export function isJsonObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function canonical(value: Json): string {
  return JSON.stringify(value, (_key, part: Json) =>
    isJsonObject(part) ? Object.fromEntries(Object.entries(part).sort(byKey)) : part,
  );
}

function byKey([left]: [string, Json], [right]: [string, Json]): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
