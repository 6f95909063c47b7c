/**
 * How one run's data differ from what its seed draws: what a token carries of shrunk data.
 */
import { SwitchyardError } from "../switchyard-error.ts";
import type { Json } from "./trace.ts";

/** One value that is not as drawn. */
export interface DataChange {
  /** Keys from the outside in; [] is the whole. */
  readonly path: readonly string[];
  readonly value: Json;
}

type JsonObject = { readonly [key: string]: Json };

/** What must be set in `from` so that it becomes `to`. Objects with the same keys are compared key by key, all else whole. */
export function changesBetween(from: Json, to: Json, path: readonly string[] = []): readonly DataChange[] {
  if (isObject(from) && isObject(to) && sameKeys(from, to)) {
    return Object.keys(to).flatMap((key) =>
      changesBetween(from[key] as Json, to[key] as Json, [...path, key]),
    );
  }
  return JSON.stringify(from) === JSON.stringify(to) ? [] : [{ path, value: to }];
}

/** `data` with `changes` made. Throws SwitchyardError "token" where a path is not in the data. */
export function applyChanges(data: Json, changes: readonly DataChange[]): Json {
  return changes.reduce((changed, { path, value }) => withValue(changed, path, value, path), data);
}

function withValue(data: Json, path: readonly string[], value: Json, whole: readonly string[]): Json {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (!isObject(data) || !Object.hasOwn(data, key)) {
    throw new SwitchyardError(
      "token",
      `The token sets "${whole.join(".")}", which the race's data do not have.`,
      "The race's data changed since the token was made; explore again to get a new token.",
    );
  }
  return { ...data, [key]: withValue(data[key] as Json, rest, value, whole) };
}

function isObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function sameKeys(one: JsonObject, other: JsonObject): boolean {
  return JSON.stringify(Object.keys(one)) === JSON.stringify(Object.keys(other));
}
