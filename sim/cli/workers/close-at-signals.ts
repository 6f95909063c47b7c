/**
 * Closes searching threads before a signal ends the process.
 */
import { on } from "node:events";
import type { Worker } from "node:worker_threads";
import { SIGNALS } from "../../process-end.ts";
import { atMostMs } from "../../real-time.ts";
import type { ThreadReply, ThreadRequest } from "./messages.ts";

/** Time for the threads to close when a signal ends the process, in milliseconds. */
const CLOSE_MS = 10_000;

/**
 * A signal that ends the process does not reach its threads, which may have databases on a server: they are closed first. `ended`
 * resolves at once, unless a signal has come; then the process ends instead.
 */
export function closeAtSignals(threads: readonly Worker[]): { ended(): Promise<void> } {
  let ending: Promise<void> | undefined;
  const onSignal = (signal: NodeJS.Signals): void => {
    ending ??= atMostMs(
      CLOSE_MS,
      Promise.all(threads.map(closed)).then(() => {}),
    ).then(() => {
      for (const each of SIGNALS) process.off(each, onSignal);
      process.kill(process.pid, signal);
      return new Promise(() => {});
    });
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return {
    async ended() {
      if (ending !== undefined) return await ending;
      for (const signal of SIGNALS) process.off(signal, onSignal);
    },
  };
}

/** Lets a thread close, in the middle of whatever it does. */
async function closed(thread: Worker): Promise<void> {
  thread.postMessage({ kind: "close" } satisfies ThreadRequest);
  for await (const [reply] of on(thread, "message", { close: ["exit", "error"] })) {
    if ((reply as ThreadReply).kind === "closed") return;
  }
}
