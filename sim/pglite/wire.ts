/**
 * Postgres' wire protocol, by `pg-protocol` and `pg-types`, the libraries that `pg` itself uses.
 */
import { createRequire } from "node:module";
import { serialize } from "pg-protocol";
import pgTypes from "pg-types";
import { DatabaseError } from "../engine/database-error.ts";
import type { Field, Notice } from "../engine/port.ts";

/** What the backend answered to one statement, cut into its parts. */
export interface Reply {
  /** Text values of each row, null for NULL. */
  readonly rows: readonly (readonly (string | null)[])[];
  /** Command tag, e.g. "UPDATE 1"; absent if the statement failed. */
  readonly tag: string | undefined;
  readonly error: DatabaseError | undefined;
  /** Columns, where the answer describes them. */
  readonly fields: readonly Field[] | undefined;
  /** "I" outside a transaction, "T" inside one, "E" inside a failed one. */
  readonly status: string;
  /** There are notices or notifications in it. */
  readonly hasMessages: boolean;
}

const pgUtils = createRequire(import.meta.url)("pg/lib/utils") as { prepareValue(value: unknown): unknown };

/** Parse and Describe of a named statement. */
export function parseMessages(name: string, text: string): Buffer {
  return Buffer.concat([serialize.parse({ name, text }), serialize.describe({ type: "S", name })]);
}

const EXECUTE_AND_SYNC = Buffer.concat([serialize.execute({}), serialize.sync()]);

/** Bind and Execute of a named statement, then Sync. Values are converted as `pg` converts them. */
export function executeMessages(name: string, values: readonly unknown[] = []): Buffer {
  const bound = serialize.bind({
    statement: name,
    values: values as unknown[],
    valueMapper: pgUtils.prepareValue,
  });
  return Buffer.concat([bound, EXECUTE_AND_SYNC]);
}

/** Close of a named statement. */
export function closeMessages(name: string): Buffer {
  return serialize.close({ type: "S", name });
}

/** Sync, which ends every exchange. */
export function syncMessages(): Buffer {
  return serialize.sync();
}

/** A simple query: one or more statements without values. */
export function simpleMessages(text: string): Buffer {
  return serialize.query(text);
}

const CODE = {
  data: 0x44,
  complete: 0x43,
  error: 0x45,
  ready: 0x5a,
  description: 0x54,
  notice: 0x4e,
  notification: 0x41,
  parsed: 0x31,
} as const;

/** Cuts the answer's bytes into a Reply; of several statements, the last one's. */
export function readReply(bytes: Buffer): Reply {
  let rows: (string | null)[][] = [];
  let tag: string | undefined;
  let error: DatabaseError | undefined;
  let fields: Field[] | undefined;
  let status = "";
  let hasMessages = false;
  for (let at = 0; at < bytes.length; at += 1 + bytes.readInt32BE(at + 1)) {
    const code = bytes[at];
    const body = at + 5;
    if (tag !== undefined && (code === CODE.data || code === CODE.description || code === CODE.complete)) {
      rows = [];
      fields = undefined;
      tag = undefined;
    }
    if (code === CODE.data) rows.push(readRow(bytes, body));
    else if (code === CODE.complete) tag = readString(bytes, body);
    else if (code === CODE.error) error ??= readError(bytes, body);
    else if (code === CODE.description) fields = readFields(bytes, body);
    else if (code === CODE.notice || code === CODE.notification) hasMessages = true;
    else if (code === CODE.ready) status = String.fromCharCode(bytes[body] ?? 0);
  }
  return { rows, tag, error, fields, status, hasMessages };
}

/** Whether the answer says that a statement was parsed. */
export function isParsed(bytes: Buffer): boolean {
  for (let at = 0; at < bytes.length; at += 1 + bytes.readInt32BE(at + 1)) {
    if (bytes[at] === CODE.parsed) return true;
  }
  return false;
}

/** The first word and the row count of a command tag, as `pg` splits them. */
export function splitTag(tag: string): { readonly command: string; readonly rowCount: number | null } {
  const first = tag.indexOf(" ");
  if (first < 0) return { command: tag, rowCount: null };
  const count = Number(tag.slice(tag.lastIndexOf(" ") + 1));
  return { command: tag.slice(0, first), rowCount: Number.isNaN(count) ? null : count };
}

/** Turns text values into what `pg` gives: objects by column name, or arrays. */
export function convertRows(reply: Reply, fields: readonly Field[], asArray: boolean): unknown[] {
  const parsers = parsersOf(fields);
  return reply.rows.map((row) => {
    const values = row.map((text, column) => (text === null ? null : parsers[column]?.(text)));
    if (asArray) return values;
    const object: Record<string, unknown> = {};
    for (let column = 0; column < fields.length; column++)
      object[(fields[column] as Field).name] = values[column];
    return object;
  });
}

type TypeParser = (text: string) => unknown;
const parsersByFields = new WeakMap<readonly Field[], readonly TypeParser[]>();

function parsersOf(fields: readonly Field[]): readonly TypeParser[] {
  let parsers = parsersByFields.get(fields);
  if (!parsers) {
    parsers = fields.map(({ dataTypeID }) => pgTypes.getTypeParser(dataTypeID, "text") as TypeParser);
    parsersByFields.set(fields, parsers);
  }
  return parsers;
}

function readString(bytes: Buffer, start: number): string {
  return bytes.toString("utf8", start, bytes.indexOf(0, start));
}

function readRow(bytes: Buffer, start: number): (string | null)[] {
  const count = bytes.readInt16BE(start);
  const row: (string | null)[] = [];
  let at = start + 2;
  for (let column = 0; column < count; column++) {
    const length = bytes.readInt32BE(at);
    at += 4;
    row.push(length < 0 ? null : bytes.toString("utf8", at, at + length));
    at += Math.max(length, 0);
  }
  return row;
}

function readFields(bytes: Buffer, start: number): Field[] {
  const count = bytes.readInt16BE(start);
  const fields: Field[] = [];
  let at = start + 2;
  for (let column = 0; column < count; column++) {
    const name = readString(bytes, at);
    at = bytes.indexOf(0, at) + 1;
    fields.push({
      name,
      tableID: bytes.readUInt32BE(at),
      columnID: bytes.readInt16BE(at + 4),
      dataTypeID: bytes.readUInt32BE(at + 6),
      dataTypeSize: bytes.readInt16BE(at + 10),
      dataTypeModifier: bytes.readInt32BE(at + 12),
      format: "text",
    });
    at += 18;
  }
  return fields;
}

/** The notices in the answer, in order. */
export function readNotices(bytes: Buffer): Omit<Notice, "session">[] {
  const notices: Omit<Notice, "session">[] = [];
  for (let at = 0; at < bytes.length; at += 1 + bytes.readInt32BE(at + 1)) {
    if (bytes[at] !== CODE.notice) continue;
    const { S = "NOTICE", M = "", D, H } = readParts(bytes, at + 5);
    notices.push({ severity: S, message: M, detail: D, hint: H });
  }
  return notices;
}

/** The notifications in the answer, in order; `pid` is the backend that sent it. */
export function readNotifications(
  bytes: Buffer,
): { readonly pid: number; readonly channel: string; readonly payload: string }[] {
  const notifications: { readonly pid: number; readonly channel: string; readonly payload: string }[] = [];
  for (let at = 0; at < bytes.length; at += 1 + bytes.readInt32BE(at + 1)) {
    if (bytes[at] !== CODE.notification) continue;
    const channel = readString(bytes, at + 9);
    const payload = readString(bytes, bytes.indexOf(0, at + 9) + 1);
    notifications.push({ pid: bytes.readInt32BE(at + 5), channel, payload });
  }
  return notifications;
}

/** Field codes of an ErrorResponse or NoticeResponse (manual, section 53.8). */
function readParts(bytes: Buffer, start: number): Readonly<Record<string, string>> {
  const parts: Record<string, string> = {};
  for (let at = start; bytes[at] !== 0; at = bytes.indexOf(0, at) + 1) {
    parts[String.fromCharCode(bytes[at] ?? 0)] = readString(bytes, at + 1);
  }
  return parts;
}

function readError(bytes: Buffer, start: number): DatabaseError {
  const parts = readParts(bytes, start);
  return new DatabaseError(parts["M"] ?? "unknown error", {
    severity: parts["S"],
    code: parts["C"] ?? "XX000",
    detail: parts["D"],
    hint: parts["H"],
    position: parts["P"],
    where: parts["W"],
    schema: parts["s"],
    table: parts["t"],
    column: parts["c"],
    dataType: parts["d"],
    constraint: parts["n"],
    routine: parts["R"],
  });
}
