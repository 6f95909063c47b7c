/**
 * Postgres' own grammar (libpg-query): the one place where SQL is parsed.
 *
 * What is read from the trees, by whoever needs it, is kept by text (`oncePerText`); the trees are not, they are large.
 */
import libpgQuery from "libpg-query";

/** A node of a syntax tree: one key, the node's type; or the fields of such a node. */
export type SyntaxNode = Readonly<Record<string, unknown>>;

/** One statement of a text, as the grammar gives it. */
export interface ParsedStatement {
  readonly stmt?: SyntaxNode;
  /** Where it begins, in bytes; absent for 0. */
  readonly stmt_location?: number;
  /** How long it is, in bytes; absent for "to the end". */
  readonly stmt_len?: number;
}

let isLoaded = false;

/** Loads the grammar; what is named below may be called afterwards. Loading it again costs nothing. */
export async function loadGrammar(): Promise<void> {
  await libpgQuery.loadModule();
  isLoaded = true;
}

/** The statements of `text`, or undefined if it does not parse. Throws if the grammar has not been loaded. */
export function parseStatements(text: string): readonly ParsedStatement[] | undefined {
  if (!isLoaded) throw new Error("The grammar is not loaded: await loadGrammar() first.");
  try {
    return libpgQuery.parseSync(text).stmts ?? [];
  } catch {
    return undefined;
  }
}

/** `read`, which asks for each text once and remembers what it found. */
export function oncePerText<Found extends object>(read: (text: string) => Found): (text: string) => Found {
  const known = new Map<string, Found>();
  return (text) => {
    let found = known.get(text);
    if (found === undefined) known.set(text, (found = read(text)));
    return found;
  };
}
