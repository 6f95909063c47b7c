/**
 * Runs a last, synchronous action however this process ends: by itself, by `process.exit`, or by a signal.
 */
/** The signals that end a process whose user or machine wants it to stop. */
export const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Registers `action` to run once at the end of the process; returns a function that takes it back. */
export function onProcessEnd(action: () => void): () => void {
  const forget = () => {
    process.off("exit", run);
    for (const signal of SIGNALS) process.off(signal, onSignal);
  };
  const run = () => {
    forget();
    action();
  };
  const onSignal = (signal: NodeJS.Signals) => {
    run();
    // A listener takes the signal's default effect away; without another listener it is due now.
    if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
  };
  process.on("exit", run);
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return forget;
}
