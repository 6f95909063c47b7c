/**
 * Where the command line writes to: the process, or a test.
 */
import { createInterface } from "node:readline";
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
  /** Columns of standard output; undefined where it is no terminal. */
  readonly outColumns?: number | undefined;
  /** Lines that a person (or a script) writes, see `LineReader`; undefined where nobody can. */
  readonly openLines?: (() => LineReader) | undefined;
}

/** Reads commands from standard input. */
export interface LineReader {
  /** Shows `prompt` to a person and reads a line; undefined at the end of the input. */
  readonly ask: (prompt: string) => Promise<string | undefined>;
  /** Reads no more, so that the process can end. */
  readonly close: () => void;
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
    outColumns: process.stdout.columns,
    openLines: openStandardInput,
  };
}

/** Lines of standard input; nothing is echoed and no prompt is shown where it is no terminal. */
function openStandardInput(): LineReader {
  const isTerminal = isatty(process.stdin.fd);
  const lines = createInterface({
    input: process.stdin,
    terminal: isTerminal,
    ...(isTerminal ? { output: process.stdout } : {}),
  });
  const iterator = lines[Symbol.asyncIterator]();
  return {
    ask: async (prompt) => {
      if (isTerminal) {
        lines.setPrompt(prompt);
        lines.prompt();
      }
      const { value, done } = await iterator.next();
      return done === true ? undefined : value;
    },
    close: () => lines.close(),
  };
}
