/**
 * What can be said at the prompt of a held race.
 */

/** A line that was understood. */
export type PromptCommand =
  | { readonly kind: "help" | "sessions" | "waits" | "locks" }
  | { readonly kind: "continue" }
  | { readonly kind: "quit" }
  /** How many steps to go on. */
  | { readonly kind: "next"; readonly steps: number }
  /** Tables as committed, or as a session sees them. */
  | { readonly kind: "tables"; readonly session: string | undefined }
  | { readonly kind: "observe"; readonly sql: string }
  /** "as" runs a statement as a session; "look" only reads what it sees. */
  | { readonly kind: "as" | "look"; readonly session: string; readonly sql: string };

/** One line for each command. */
export const PROMPT_HELP = `next [n]           go on by one step, or by n
continue           go on to the end
sessions           who is ready, sleeps, waits or has finished, and what comes next
waits              who waits for whom
locks              what pg_locks has
tables [session]   the rows as committed, or as a session sees them
observe SQL        read what is committed
look SESSION SQL   read as a session, without leaving a trace
as SESSION SQL     run a statement as a session; the run is then another one than the token's
quit               leave`;

/** What a line says; a sentence where it cannot be understood, and undefined for an empty line. */
export function readCommand(line: string): PromptCommand | string | undefined {
  const [, word = "", rest = ""] = /^\s*(\S*)\s*(.*?)\s*;?\s*$/s.exec(line) ?? [];
  switch (word) {
    case "":
      return undefined;
    case "help":
    case "sessions":
    case "waits":
    case "locks":
      return { kind: word };
    case "continue":
      return { kind: word };
    case "quit":
      return { kind: word };
    case "next":
      return /^([1-9]\d{0,5})?$/.test(rest)
        ? { kind: "next", steps: Number(rest || 1) }
        : `"${rest}" is no number of steps.`;
    case "tables":
      return { kind: "tables", session: rest === "" ? undefined : rest };
    case "observe":
      return rest === "" ? "observe needs a statement." : { kind: "observe", sql: rest };
    case "as":
    case "look": {
      const [, session = "", sql = ""] = /^(\S+)\s*(.*)$/s.exec(rest) ?? [];
      return sql === "" ? `${word} needs a session and a statement.` : { kind: word, session, sql };
    }
    default:
      return `There is no command "${word}"; help lists them.`;
  }
}
