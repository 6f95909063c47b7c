/**
 * Names inside a token: quoted-printable in spirit (RFC 2045, 6.7), so that any name survives any shell unquoted.
 */

const PLAIN = /^[A-Za-z0-9_./-]$/;

/** Writes `name` with every other byte than A-Z a-z 0-9 _ . / - as "=" and two hex digits (of its UTF-8). */
export function encodeName(name: string): string {
  let text = "";
  for (const byte of Buffer.from(name)) {
    const character = String.fromCharCode(byte);
    text += PLAIN.test(character) ? character : `=${byte.toString(16).padStart(2, "0")}`;
  }
  return text;
}

/** Reads what `encodeName` wrote. */
export function decodeName(text: string): string {
  const bytes: number[] = [];
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === "=") {
      bytes.push(Number.parseInt(text.slice(at + 1, at + 3), 16));
      at += 2;
    } else {
      bytes.push(text.charCodeAt(at));
    }
  }
  return Buffer.from(bytes).toString();
}
