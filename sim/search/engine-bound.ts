/**
 * What a run gets from its engine and cannot be the same on two of them: the clock inside the database, random values, numbers of
 * transactions and processes, addresses of rows.
 */
import type { Json } from "../trace/trace.ts";

/** SQL functions and columns whose values are the engine's own, as they are looked for in a text. */
const clock =
  "now\\s*\\(|current_timestamp|current_date|current_time|localtime|localtimestamp|clock_timestamp|statement_timestamp|transaction_timestamp|timeofday|pg_sleep";
const random = "random|random_normal|gen_random_uuid|uuidv4|uuidv7|uuid_generate_v\\d\\w*|gen_random_bytes";
const numbers = "txid_\\w+|pg_current_\\w+|pg_backend_pid|xmin|xmax|ctid|tableoid";

const clockOrRandom = new RegExp(`\\b(${clock}|${random})\\b|\\bnow\\s*\\(`, "gi");
const anything = new RegExp(`\\b(${clock}|${random}|${numbers})\\b|\\bnow\\s*\\(`, "i");

/** The names of what reads the clock or draws random values in `text`, each once, in lower case. */
export function clockAndRandomNames(text: string): readonly string[] {
  const names = (text.match(clockOrRandom) ?? []).map((name) => name.toLowerCase().replace(/\s*\($/, ""));
  return [...new Set(names)];
}

/** True where the rows of a statement depend on the engine. */
export function isEngineBound(text: string): boolean {
  return anything.test(text);
}

/** `value` without what a default of the schema drew or took from the clock: points in time and UUIDs. */
export function withoutDrawnValues(value: Json): Json {
  if (typeof value === "string") return value.replaceAll(times, "(time)").replaceAll(uuids, "(uuid)");
  if (Array.isArray(value)) return value.map(withoutDrawnValues);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, withoutDrawnValues(field)]));
}

const times = /\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d(:?\d\d)?)?/g;
const uuids = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi;
