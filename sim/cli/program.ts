/**
 * A whole program over the command line: what the main module of a program calls.
 */
import type { Race } from "../race/race.ts";
import { main } from "./main.ts";
import { processTerminal } from "./terminal.ts";
import { openOnOneProcessor } from "./with-engine.ts";
import { searchingThread, serveSearcher } from "./workers/serve-searcher.ts";

/**
 * Runs the process' command line over `races` and sets its exit code. `url` is the calling module's `import.meta.url`: a search with
 * several workers runs that module in threads, where this function serves the search in place of the command line.
 */
export async function runProgram(url: string, races: readonly Race<any, any>[]): Promise<void> {
  const thread = searchingThread();
  if (thread !== undefined) {
    serveSearcher(races, thread);
    return;
  }
  for (const stream of [process.stdout, process.stderr]) stream.on("error", ignoreClosedPipe);
  process.exitCode = await main(process.argv.slice(2), races, processTerminal(), openOnOneProcessor, url);
}

/** Whoever reads the output may have seen enough, as `head` has: the command goes on and ends with its own exit code. */
function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
}
