/**
 * Proves what build-facts.ts says of the server at large: its version, its shared memory, its counters, its errors and its
 * signals.
 */
import { SERVER_VERSION, SIGNAL_ACTIONS } from "../build-facts.ts";
import { readNotifications, readReply, simpleMessages } from "../wire.ts";
import { say, start, type ProofBench } from "./bench.ts";
import { prove } from "./prove.ts";

const DIVISION_BY_ZERO = "22012";
/** Signals that a backend handles, all by way of one function, and one that it leaves alone. */
const SIGNALS = { handled: [1, 2, 3, 10, 14, 15], unhandled: 9 } as const;

/** Proves them; both backends are idle afterwards. */
export function proveServer(bench: ProofBench): void {
  const { server, holder, waiter } = bench;
  const { backends, memory } = server;
  prove("SERVER_VERSION", () => server.lookup("show server_version")?.[0] === SERVER_VERSION);
  prove("SEGMENT.totalSize", () => {
    const size = server.lookup("select max(off + size) from pg_shmem_allocations")?.[0];
    return backends.segment.length === Number(size);
  });
  proveErrors(bench);
  const before = server.completionCount();
  say(bench, holder, "begin; select pg_current_xact_id(); commit");
  prove("TRANSAM.completionCount", () => server.completionCount() === before + 1n);
  const handler = (signal: number): number => memory.u32(SIGNAL_ACTIONS.start + SIGNAL_ACTIONS.size * signal);
  prove("SIGNAL_ACTIONS.start or SIGNAL_ACTIONS.size", () => {
    const [first] = SIGNALS.handled;
    const isAlike = SIGNALS.handled.every((signal) => handler(signal) === handler(first));
    return (
      isAlike &&
      typeof backends.main.tableEntry(handler(first)) === "function" &&
      handler(SIGNALS.unhandled) === 0
    );
  });
  say(bench, waiter, "listen switchyard_proof");
  say(bench, holder, "notify switchyard_proof, 'heard'");
  prove("SIGNAL_ACTIONS.userSignal1", () => {
    backends.deliverSignals(waiter);
    const heard = readNotifications(backends.runHere(waiter, simpleMessages("select 1")));
    return heard.length === 1 && heard[0]?.payload === "heard" && heard[0].pid === holder.pid;
  });
  say(bench, waiter, "unlisten *");
}

/** An error unwinds to the main loop, on either kind of thread. */
function proveErrors(bench: ProofBench): void {
  const { server, holder } = bench;
  const fails = "select 1 / 0";
  prove("LONGJMP_STATUS", () => {
    const reply = readReply(server.backends.runHere(holder, simpleMessages(fails)));
    return reply.error?.code === DIVISION_BY_ZERO;
  });
  const there = start(bench, holder, fails);
  prove(
    "LONGJMP_STATUS or STATICS.stackBase",
    () => there.kind === "done" && readReply(there.reply).error?.code === DIVISION_BY_ZERO,
  );
}
