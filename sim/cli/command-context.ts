/**
 * What every command of the command line has at hand.
 */
import type { Race } from "../race/race.ts";
import type { ExitCode } from "./exit-codes.ts";
import type { Terminal } from "./terminal.ts";
import type { OpenEngine } from "./with-engine.ts";

/** The surroundings of a command; each takes what it needs. */
export interface CommandContext {
  /** The races that it may run; the first is the default. */
  readonly races: readonly Race<any, any>[];
  readonly terminal: Terminal;
  readonly open: OpenEngine;
  /** Takes the exit code; 0 where a command does not say. */
  readonly exit: (code: ExitCode) => void;
  /** The module that further threads and processes run; undefined where there can be none. */
  readonly url: string | undefined;
}
