/**
 * The command line in a test: over races of the test's own, on an engine that outlives the command.
 */
import type { ExitCode } from "../../sim/cli/exit-codes.ts";
import { main } from "../../sim/cli/main.ts";
import type { OpenEngine } from "../../sim/cli/with-engine.ts";
import type { Race } from "../../sim/race/race.ts";
import { keptEngine } from "../kept-engine.ts";
import { captureTerminal, type CapturedTerminal } from "./captured-terminal.ts";

/** How a command ended, and what it wrote. */
export interface CommandEnd {
  readonly code: ExitCode;
  readonly out: string;
  readonly err: string;
}

/** Runs `switchyard` with these words. `open` gives the engine, by default the one that all tests of a thread share. */
export async function runCommand(
  argv: readonly string[],
  races: readonly Race<any, any>[] = [],
  open: OpenEngine = keptEngine,
  terminal: CapturedTerminal = captureTerminal(),
): Promise<CommandEnd> {
  const code = await main(argv, races, terminal, open);
  return { code, ...terminal.written };
}
