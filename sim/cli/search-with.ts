/**
 * Searches with as many workers as were asked for: in this thread, or shared by several.
 */
import { availableParallelism } from "node:os";
import type { Race } from "../race/race.ts";
import { explore, exploreWith, type ExploreOptions, type ExploreReport } from "../search/explore.ts";
import { DEFAULT_STRATEGY } from "../search/strategies/index.ts";
import { SwitchyardError } from "../switchyard-error.ts";
import { withEngine, type EngineName, type OpenEngine } from "./with-engine.ts";
import { withThreads } from "./workers/thread-searcher.ts";

/** Schedules that are worth the start of one more worker, which takes a second or two. */
const SCHEDULES_PER_WORKER = 200;

/** What runs the search. */
export interface SearchPlace {
  readonly engine: EngineName;
  readonly open: OpenEngine;
  /** As the command line says; undefined: one a core in process, as far as there is work for them, and one on a server. */
  readonly workers: number | undefined;
  /** URL of the module that threads run (see `runProgram`); undefined: there can be no threads. */
  readonly program: string | undefined;
}

/**
 * Explores `race`; the report is the same for any number of workers. Throws SwitchyardError "usage" if more than one was asked for
 * where there can be no threads.
 */
export async function searchWith(
  race: Race<any, any>,
  options: ExploreOptions,
  place: SearchPlace,
): Promise<ExploreReport> {
  const count = workerCount(options, place);
  if (count === 1) {
    return await withEngine(place.open, place.engine, (engine) => explore(engine, race, options));
  }
  if (place.program === undefined) {
    throw new SwitchyardError(
      "usage",
      "This program cannot search with several workers.",
      "Leave --workers out, or let the program's main module call runProgram.",
    );
  }
  const { mutant, seed, strategy = DEFAULT_STRATEGY } = options;
  const start = { race: race.name, engine: place.engine, task: { mutant, seed, strategy } };
  return await withThreads(place.program, count, start, (searchers) => exploreWith(searchers, race, options));
}

function workerCount({ schedules }: ExploreOptions, { workers, program, engine }: SearchPlace): number {
  if (workers !== undefined) return workers;
  if (program === undefined || engine !== "pglite") return 1;
  return Math.max(1, Math.min(availableParallelism(), Math.floor(schedules / SCHEDULES_PER_WORKER)));
}
