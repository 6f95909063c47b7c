/**
 * Cuts a specification into tokens.
 *
 * Comments run from # to the end of the line; C comments, which isolationtester itself does not have, are taken too.
 * Inside of { } nothing is read: the SQL goes on to the next "}".
 */
import { SwitchyardError } from "../switchyard-error.ts";

/** Words with a meaning of their own, unless they are quoted. */
const KEYWORDS = ["notices", "permutation", "session", "setup", "step", "teardown"] as const;

/** A keyword of the format. */
export type Keyword = (typeof KEYWORDS)[number];

/** One token and the line on which it begins, counted from 1. */
export type SpecToken = { readonly line: number } & (
  | { readonly kind: "keyword"; readonly text: Keyword }
  | { readonly kind: "name"; readonly text: string }
  /** The text between braces, without blanks (but with line breaks) at its ends. */
  | { readonly kind: "sql"; readonly text: string }
  | { readonly kind: "number"; readonly text: string }
  | { readonly kind: "mark"; readonly text: "," | "(" | ")" | "*" }
  | { readonly kind: "end"; readonly text: "" }
);

const SPACE = /[ \t\r\f\n]+|#[^\n\r]*/y;
const BLOCK_COMMENT = /\/\*[^]*?\*\//y;
const NAME = /[A-Za-z_\u0080-\u{10ffff}][A-Za-z_\u0080-\u{10ffff}0-9$]*/uy;
const QUOTED_NAME = /"((?:[^"\n]|"")*)"/y;
const SQL = /\{[ \t\r\f]*([^}]*)\}/y;
const NUMBER = /[0-9]+/y;
const MARK = /[,()*]/y;

/**
 * The tokens of `text`, the last of which is "end".
 * @throws SwitchyardError "usage" at the first character that begins no token
 */
export function specTokens(text: string): SpecToken[] {
  const tokens: SpecToken[] = [];
  let at = 0;
  let line = 1;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match) at = pattern.lastIndex;
    return match;
  };
  while (at < text.length) {
    const start = at;
    const token = nextToken(take, line);
    if (token === undefined) throw syntaxError(line, `unexpected character "${text[at]}"`);
    if (token !== "space") tokens.push(token);
    line += text.slice(start, at).split("\n").length - 1;
  }
  tokens.push({ kind: "end", text: "", line });
  return tokens;
}

/** The error for a specification that cannot be read. */
export function syntaxError(line: number, what: string): SwitchyardError {
  return new SwitchyardError(
    "usage",
    `The specification cannot be read: ${what} at line ${line}.`,
    "Correct the file; the format is isolationtester's (src/test/isolation/README of PostgreSQL).",
  );
}

function nextToken(
  take: (pattern: RegExp) => RegExpExecArray | null,
  line: number,
): SpecToken | "space" | undefined {
  if (take(SPACE) || take(BLOCK_COMMENT)) return "space";
  const name = take(NAME)?.[0];
  if (name !== undefined) {
    const keyword = KEYWORDS.find((word) => word === name);
    return keyword === undefined
      ? { kind: "name", text: name, line }
      : { kind: "keyword", text: keyword, line };
  }
  const quoted = take(QUOTED_NAME)?.[1];
  if (quoted !== undefined) return { kind: "name", text: quoted.replaceAll('""', '"'), line };
  const sql = take(SQL)?.[1];
  if (sql !== undefined) return { kind: "sql", text: sql.replace(/[ \t\r\f]+$/, ""), line };
  const number = take(NUMBER)?.[0];
  if (number !== undefined) return { kind: "number", text: number, line };
  const mark = take(MARK)?.[0];
  return mark === undefined ? undefined : { kind: "mark", text: mark as "," | "(" | ")" | "*", line };
}
