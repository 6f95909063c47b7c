/**
 * A terminal that keeps what is written to it.
 */
import type { Terminal } from "../../sim/cli/terminal.ts";

/** A terminal and what was written to it so far. */
export interface CapturedTerminal extends Terminal {
  readonly written: { out: string; err: string };
}

/** A terminal for a test; `watched` is whether a person watches standard error. */
export function captureTerminal(watched = false): CapturedTerminal {
  const written = { out: "", err: "" };
  return {
    written,
    out: (text) => {
      written.out += `${text}\n`;
    },
    err: (text) => {
      written.err += text;
    },
    outIsTerminal: false,
    errIsTerminal: watched,
    columns: 80,
  };
}
