/**
 * Values as SQL literals, for the few statements that take no parameters (EXECUTE among them).
 */

/** The literal of a value that a statement binds; its type comes from where it stands. Throws TypeError for other values. */
export function literal(value: unknown): string {
  if (value === null || value === undefined) return "null";
  if (value instanceof Date) return quoted(value.toISOString());
  if (typeof value === "string") return quoted(value);
  if (typeof value === "number" || typeof value === "boolean") return quoted(String(value));
  if (Array.isArray(value)) return quoted(`{${value.map(element).join(",")}}`);
  throw new TypeError(`A value of type ${typeof value} has no literal.`);
}

function quoted(text: string): string {
  const doubled = text.replaceAll("'", "''");
  return text.includes("\\") ? `E'${doubled.replaceAll("\\", "\\\\")}'` : `'${doubled}'`;
}

function element(value: unknown): string {
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return `"${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
  throw new TypeError(`An array with a value of type ${typeof value} has no literal.`);
}
