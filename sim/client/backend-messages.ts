/**
 * What a server answers: the backend messages of the wire protocol (PostgreSQL manual, 53.7).
 */
import type { DatabaseError } from "../engine/database-error.ts";
import type { Field, StatementResult } from "../engine/port.ts";

/** "I" outside a transaction block, "T" inside one, "E" inside a failed one. */
export type TransactionStatus = "I" | "T" | "E";

/** The answer to a startup: the client is let in, and told what it may want to know of the server. */
export function welcome(): Buffer {
  const parameters = [
    ["server_version", "18.0"],
    ["server_encoding", "UTF8"],
    ["client_encoding", "UTF8"],
    ["DateStyle", "ISO, MDY"],
    ["integer_datetimes", "on"],
    ["standard_conforming_strings", "on"],
  ] as const;
  return Buffer.concat([
    message("R", int32(0)),
    ...parameters.map(([name, value]) => message("S", text(name), text(value))),
    message("K", int32(0), int32(0)),
    readyForQuery("I"),
  ]);
}

/** ReadyForQuery. */
export function readyForQuery(status: TransactionStatus): Buffer {
  return message("Z", Buffer.from(status));
}

/** ParseComplete, BindComplete, CloseComplete, NoData. */
export const PARSED: Buffer = message("1");
export const BOUND: Buffer = message("2");
export const CLOSED: Buffer = message("3");
export const NO_DATA: Buffer = message("n");

/** RowDescription of `fields`. */
export function rowDescription(fields: readonly Field[]): Buffer {
  const described = fields.map((field) =>
    Buffer.concat([
      text(field.name),
      uint32(field.tableID),
      int16(field.columnID),
      uint32(field.dataTypeID),
      int16(field.dataTypeSize),
      int32(field.dataTypeModifier),
      int16(0),
    ]),
  );
  return message("T", int16(fields.length), ...described);
}

/** DataRow for each row, and CommandComplete; EmptyQueryResponse for an empty text. The result must have its text. */
export function resultMessages({ command, rowCount, text: rows = [] }: StatementResult): Buffer {
  if (command === "") return message("I");
  const data = rows.map((row) => message("D", int16(row.length), ...row.map(value)));
  return Buffer.concat([...data, message("C", text(commandTag(command, rowCount)))]);
}

/** ErrorResponse. */
export function errorResponse(error: DatabaseError): Buffer {
  const fields: readonly (readonly [string, string | undefined])[] = [
    ["S", error.severity ?? "ERROR"],
    ["V", error.severity ?? "ERROR"],
    ["C", error.code],
    ["M", error.message],
    ["D", error.detail],
    ["H", error.hint],
    ["P", error.position],
    ["W", error.where],
    ["s", error.schema],
    ["t", error.table],
    ["c", error.column],
    ["d", error.dataType],
    ["n", error.constraint],
    ["R", error.routine],
  ];
  const told = fields.flatMap(([letter, said]) =>
    said === undefined ? [] : [Buffer.from(letter), text(said)],
  );
  return message("E", ...told, Buffer.of(0));
}

function commandTag(command: string, rowCount: number | null): string {
  if (rowCount === null) return command;
  return command === "INSERT" ? `INSERT 0 ${rowCount}` : `${command} ${rowCount}`;
}

function value(column: string | null): Buffer {
  if (column === null) return int32(-1);
  const bytes = Buffer.from(column);
  return Buffer.concat([int32(bytes.length), bytes]);
}

function message(letter: string, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from(letter), int32(body.length + 4), body]);
}

function text(value: string): Buffer {
  return Buffer.from(`${value}\0`);
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
