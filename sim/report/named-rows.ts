/**
 * Which rows a statement names, for people: by equality with values that it was given.
 */
import { rowKeys } from "../sql/row-keys.ts";
import type { Json } from "../trace/trace.ts";

/** e.g. ["id=7"]; none where the statement does not tell, or a value is missing or null. The grammar must be loaded. */
export function namedRows(text: string, values: Json | undefined): readonly string[] {
  const keys = rowKeys(text, Array.isArray(values) ? values : []);
  return keys.some((key) => /=null(,|$)/.test(key)) ? [] : keys;
}
