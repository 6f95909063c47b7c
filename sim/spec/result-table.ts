/**
 * A result as libpq's PQprint shows it with `header` and `align`, which is how isolationtester prints: columns padded to
 * their widest value, "|" between them, a line under the header, and the row count with an empty line after it.
 */

/** Column names, and rows of text in the same order; null is NULL. */
export interface TextResult {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
}

/** The table, with a line break after each line; empty for a result without columns. */
export function resultTable({ columns, rows }: TextResult): string {
  if (columns.length === 0) return "";
  const formats = columns.map((name, column) => columnFormat(name, valuesOf(rows, column)));
  const line = (texts: readonly string[]): string =>
    formats.map((format, column) => padded(texts[column] ?? "", format)).join("|");
  const lines = [
    line(columns),
    formats.map(({ width }) => "-".repeat(width)).join("+"),
    ...rows.map((row) => line(row.map((value) => value ?? ""))),
    `(${rows.length} row${rows.length === 1 ? "" : "s"})`,
  ];
  return `${lines.join("\n")}\n\n`;
}

interface ColumnFormat {
  /** In bytes, as PQprint counts. */
  readonly width: number;
  readonly side: "left" | "right";
}

function columnFormat(name: string, values: readonly string[]): ColumnFormat {
  const width = Math.max(...[name, ...values].map((text) => Buffer.byteLength(text)));
  return { width, side: values.every(looksNumeric) ? "right" : "left" };
}

/** NULL and the empty string say nothing about a column. */
function valuesOf(rows: TextResult["rows"], column: number): string[] {
  return rows.map((row) => row[column] ?? "").filter((value) => value !== "");
}

/** PQprint's guess: only digits, points, exponents, blanks and minus signs; no exponent first; a digit last. */
function looksNumeric(value: string): boolean {
  return /^(?![Ee])[-0-9.Ee ]*[0-9]$/.test(value);
}

function padded(text: string, { width, side }: ColumnFormat): string {
  const blanks = " ".repeat(width - Buffer.byteLength(text));
  return side === "left" ? text + blanks : blanks + text;
}
