/**
 * The data of a token, readable: "timeoutMs@0,mark@never,options@+approve+reject,alice.moment@start".
 *
 * A path of keys, "@", a value. A value is a word, or an array as "+" before each item ("+" alone is the empty array).
 * A word is JSON, but a string that is no JSON itself stands without quotes.
 */
import { SwitchyardError } from "../switchyard-error.ts";
import type { DataChange } from "./data-changes.ts";
import { decodeName, encodeName } from "./token-name.ts";
import type { Json } from "./trace.ts";

/** Writes `changes`, of which there must be one or more. */
export function formatChanges(changes: readonly DataChange[]): string {
  return changes.map(({ path, value }) => `${path.map(formatKey).join(".")}@${formatValue(value)}`).join(",");
}

/** Reads what `formatChanges` wrote; throws SwitchyardError "token" for anything else. */
export function parseChanges(text: string): readonly DataChange[] {
  return text.split(",").map((word) => {
    const [path, value, ...rest] = word.split("@");
    if (path === undefined || value === undefined || rest.length > 0) {
      throw new SwitchyardError(
        "token",
        `The token cannot be read: "${word}" is no change of the data.`,
        "Explore again and use the token that it prints.",
      );
    }
    return { path: path === "" ? [] : path.split(".").map(parseKey), value: parseValue(value) };
  });
}

/** Dots separate keys, so a key's own are written as bytes; the empty key is one, too. */
function formatKey(key: string): string {
  return key === "" ? EMPTY_KEY : encodeName(key).replaceAll(".", "=2e");
}

function parseKey(text: string): string {
  return text === EMPTY_KEY ? "" : decodeName(text);
}

/** No name is written so: a "." of a name is "=2e" here, and "+" is never plain. */
const EMPTY_KEY = "+";

function formatValue(value: Json): string {
  if (!isArray(value)) return formatWord(value);
  return value.length === 0 ? "+" : value.map((item) => `+${formatWord(item)}`).join("");
}

function parseValue(text: string): Json {
  if (text === "+") return [];
  return text.startsWith("+") ? text.slice(1).split("+").map(parseWord) : parseWord(text);
}

function formatWord(value: Json): string {
  const bare = typeof value === "string" && value !== "" && parseJson(value) === undefined;
  return encodeName(bare ? value : JSON.stringify(value));
}

function parseWord(text: string): Json {
  const word = decodeName(text);
  const value = parseJson(word);
  return value === undefined ? word : value;
}

/** undefined where `text` is no JSON. */
function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

function isArray(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
