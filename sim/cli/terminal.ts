/**
 * Where the command line writes to: the process, or a test.
 */
import { isatty } from "node:tty";

/** Two streams, and whether a person watches them. */
export interface Terminal {
  /** Writes a text and a line break to standard output. */
  readonly out: (text: string) => void;
  /** Writes a text, as it is, to standard error. */
  readonly err: (text: string) => void;
  readonly outIsTerminal: boolean;
  readonly errIsTerminal: boolean;
  /** Columns of standard error. */
  readonly columns: number;
}

const DEFAULT_COLUMNS = 80;

/** The process' own streams; NO_COLOR (no-color.org) makes standard output count as no terminal. */
export function processTerminal(): Terminal {
  return {
    out: (text) => void process.stdout.write(`${text}\n`),
    err: (text) => void process.stderr.write(text),
    outIsTerminal: isatty(process.stdout.fd) && (process.env["NO_COLOR"] ?? "") === "",
    errIsTerminal: isatty(process.stderr.fd),
    columns: process.stderr.columns ?? DEFAULT_COLUMNS,
  };
}
