/**
 * The run loop in process as a search with workers runs it: in a thread of its own that stays on one processor.
 *
 * This module is what the thread runs, too: there it opens an engine and answers, one request at a time.
 */
import { once } from "node:events";
import { isMainThread, parentPort, workerData } from "node:worker_threads";
import { startThread } from "../../sim/cli/workers/thread-program.ts";
import { openEngine } from "../../sim/pglite/index.ts";
import { bindToProcessor, processorFor } from "../../sim/processor.ts";
import { allSchedules } from "./all-schedules.ts";
import { profileOf, runAll, type Order, type Profile } from "./run-all.ts";
import { threeSessionRace } from "./three-session-race.ts";

/** The thread, once its engine is open. */
export interface RunLoopThread {
  /** Every schedule of the three-session race. */
  all(): Promise<readonly Order[]>;
  /** Runs each order once. */
  run(orders: readonly Order[]): Promise<void>;
  /** Runs each order once, and notes where the time goes. */
  profile(orders: readonly Order[]): Promise<Profile>;
  close(): Promise<void>;
}

/** Tells this thread from any other. */
const PURPOSE = "switchyard-bench-run-loop";

type Request =
  { readonly kind: "all" } | { readonly kind: "run" | "profile"; readonly orders: readonly Order[] };
type Reply =
  { readonly kind: "done"; readonly result: unknown } | { readonly kind: "failed"; readonly message: string };

/** Starts the thread. */
export function startRunLoopThread(): RunLoopThread {
  const thread = startThread(import.meta.url, { purpose: PURPOSE, processor: processorFor(0) });
  const ask = async (request: Request): Promise<unknown> => {
    const answered = once(thread, "message");
    thread.postMessage(request);
    const [reply] = (await answered) as [Reply];
    if (reply.kind === "failed") throw new Error(reply.message);
    return reply.result;
  };
  return {
    all: async () => (await ask({ kind: "all" })) as readonly Order[],
    run: async (orders) => void (await ask({ kind: "run", orders })),
    profile: async (orders) => (await ask({ kind: "profile", orders })) as Profile,
    close: async () => void (await thread.terminate()),
  };
}

async function serve(processor: number | undefined): Promise<void> {
  if (processor !== undefined) bindToProcessor(processor);
  const opened = openEngine();
  const answer = async (request: Request): Promise<unknown> => {
    const engine = await opened;
    if (request.kind === "all") return await allSchedules(engine, threeSessionRace, null);
    if (request.kind === "run") return await runAll(engine, request.orders);
    return await profileOf(engine, request.orders);
  };
  parentPort?.on("message", (request: Request) => {
    void answer(request)
      .then((result): Reply => ({ kind: "done", result }))
      .catch((error: unknown): Reply => ({ kind: "failed", message: String(error) }))
      .then((reply) => parentPort?.postMessage(reply));
  });
}

const start = workerData as { readonly purpose?: string; readonly processor: number | undefined } | null;
if (!isMainThread && start?.purpose === PURPOSE) await serve(start.processor);
