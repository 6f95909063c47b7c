/**
 * Searchers in threads of their own, each with an engine.
 */
import { once } from "node:events";
import type { Worker } from "node:worker_threads";
import type { Searcher } from "../../search/searcher.ts";
import { processorFor } from "../../processor.ts";
import { SwitchyardError } from "../../switchyard-error.ts";
import {
  errorFrom,
  SEARCHING_THREAD,
  type ThreadReply,
  type ThreadRequest,
  type ThreadStart,
} from "./messages.ts";
import { closeAtSignals } from "./close-at-signals.ts";
import { startThread } from "./thread-program.ts";

/** What `body` makes of `count` searchers (1 or more), whose threads run `program` and are ended whatever happens. */
export async function withThreads<Result>(
  program: string,
  count: number,
  start: Omit<ThreadStart, "purpose" | "processor">,
  body: (searchers: readonly [Searcher, ...Searcher[]]) => Promise<Result>,
): Promise<Result> {
  const threads = Array.from({ length: count }, (_, index) => {
    const processor = start.engine === "pglite" ? processorFor(index) : undefined;
    return startThread(program, { ...start, purpose: SEARCHING_THREAD, processor } satisfies ThreadStart);
  });
  const signals = start.engine === "pglite" ? undefined : closeAtSignals(threads);
  try {
    await Promise.all(threads.map((thread) => ask(thread, { kind: "open" })));
    const [first, ...others] = threads.map(searcherOver);
    if (first === undefined) throw new RangeError("At least one thread is needed.");
    const result = await body([first, ...others]);
    await Promise.all(threads.map((thread) => ask(thread, { kind: "close" })));
    return result;
  } finally {
    // What was asked of a thread that closes may fail; it is not told: the process ends.
    await signals?.ended();
    await Promise.all(threads.map((thread) => thread.terminate()));
  }
}

function searcherOver(thread: Worker): Searcher {
  return {
    async run(indices) {
      const reply = await ask(thread, { kind: "run", indices });
      return reply.kind === "runs" ? reply.runs : misunderstood(reply);
    },
    async shrink(broken) {
      const reply = await ask(thread, { kind: "shrink", broken });
      return reply.kind === "shrunk" ? reply.counterexamples : misunderstood(reply);
    },
  };
}

/** Sends a request and waits for its reply; rejects with the thread's error, also where the thread ends. */
async function ask(thread: Worker, request: ThreadRequest): Promise<ThreadReply> {
  const given = new AbortController();
  const { signal } = given;
  thread.postMessage(request);
  const ended = once(thread, "exit", { signal }).then(([code]) => {
    throw new SwitchyardError(
      "harness",
      `A searching thread ended with code ${String(code)}.`,
      "Search with --workers 1 to see why.",
    );
  });
  try {
    const reply = once(thread, "message", { signal }).then(([message]) => message as ThreadReply);
    const answer = await Promise.race([reply, ended]);
    if (answer.kind === "failed") throw errorFrom(answer.error);
    return answer;
  } finally {
    given.abort();
    await ended.catch(() => {});
  }
}

function misunderstood(reply: ThreadReply): never {
  throw new SwitchyardError("harness", `A searching thread answered "${reply.kind}".`, "Report it.");
}
