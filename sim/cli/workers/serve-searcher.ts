/**
 * A searching thread: opens an engine and makes the runs that the main thread asks for.
 */
import { isMainThread, parentPort, workerData } from "node:worker_threads";
import { guarded } from "../../engine/guarded.ts";
import type { Engine } from "../../engine/port.ts";
import type { Race } from "../../race/race.ts";
import { bindToProcessor } from "../../processor.ts";
import { createSearcher, type Searcher } from "../../search/searcher.ts";
import { findRace } from "../find-race.ts";
import { openByName } from "../with-engine.ts";
import {
  plainError,
  SEARCHING_THREAD,
  type ThreadReply,
  type ThreadRequest,
  type ThreadStart,
} from "./messages.ts";

/** What this thread was started with, if it is a searching thread. */
export function searchingThread(): ThreadStart | undefined {
  const start = workerData as ThreadStart | null | undefined;
  return !isMainThread && start?.purpose === SEARCHING_THREAD ? start : undefined;
}

/** Answers the main thread's requests, one after the other, until it closes. */
export function serveSearcher(races: readonly Race<any, any>[], start: ThreadStart): void {
  let opening: Promise<{ readonly engine: Engine; readonly searcher: Searcher }> | undefined;
  const open = async (): Promise<{ readonly engine: Engine; readonly searcher: Searcher }> => {
    if (start.processor !== undefined) bindToProcessor(start.processor);
    const engine = guarded(await openByName(start.engine));
    return { engine, searcher: createSearcher(engine, await findRace(races, start.race), start.task) };
  };
  const answer = async (request: ThreadRequest): Promise<ThreadReply> => {
    const { engine, searcher } = await (opening ??= open());
    switch (request.kind) {
      case "open":
        return { kind: "opened" };
      case "run":
        return { kind: "runs", runs: await searcher.run(request.indices) };
      case "shrink":
        return { kind: "shrunk", counterexamples: await searcher.shrink(request.broken) };
      case "close":
        await engine.close();
        return { kind: "closed" };
    }
  };
  parentPort?.on("message", (request: ThreadRequest) => {
    void answer(request)
      .catch((error: unknown): ThreadReply => ({ kind: "failed", error: plainError(error) }))
      .then((reply) => parentPort?.postMessage(reply));
  });
}
