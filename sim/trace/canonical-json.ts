/**
 * Deterministic JSON of plain data: the form in which rows and traces are hashed, compared and kept.
 *
 * JSON.stringify loses what Postgres rows are made of (bytea, bigint, NaN), so values are made plain first. Keys stay in
 * the order in which they were inserted: a row's columns in their order, a trace's fields as the run loop wrote them.
 */
import type { Json } from "./trace.ts";

/**
 * Plain data of `value`: Date as an ISO string, bytes as "\x" and hex digits (Postgres' own form), bigint and numbers that JSON
 * lacks (NaN, Infinity) as strings. Fields that are undefined are left out; an array's undefined items become null.
 * Functions and symbols are treated as undefined.
 */
export function toPlain(value: unknown): Json {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      return Number.isFinite(value) ? value : String(value);
    case "bigint":
      return String(value);
    case "object":
      return value === null ? null : plainObject(value);
    default:
      return null;
  }
}

/** One line of JSON of `toPlain(value)`; equal data in equal key order give equal text, in every process. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(toPlain(value));
}

function plainObject(value: object): Json {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString();
  if (value instanceof Uint8Array) return `\\x${Buffer.from(value).toString("hex")}`;
  if (Array.isArray(value)) return value.map(toPlain);
  const plain: Record<string, Json> = {};
  for (const key of Object.keys(value)) {
    const field = (value as Readonly<Record<string, unknown>>)[key];
    if (isData(field)) plain[key] = toPlain(field);
  }
  return plain;
}

function isData(field: unknown): boolean {
  return field !== undefined && typeof field !== "function" && typeof field !== "symbol";
}
