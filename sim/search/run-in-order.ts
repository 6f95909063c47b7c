/**
 * Hands runs out to several searchers and takes their results in the order of the runs, whoever is faster.
 *
 * The order matters in one place: an exploration that ends early must end at the same run for any number of searchers.
 */
import type { RunSummary } from "./run-summary.ts";
import type { Searcher } from "./searcher.ts";

/**
 * Runs that a searcher is given at once, at most: enough to make the messages to it, and what it does once for all of them,
 * cheap. One at first, and after each that broke something, since the search may end there; twice as many after each batch in
 * which nothing broke.
 */
const MAX_BATCH_RUNS = 16;

/** What decides how far to go. */
export interface RunGoal {
  /** False: begin no further run. */
  mayBegin(): boolean;
  /** Takes the next run in order; false: this was the last one. */
  take(run: RunSummary): boolean;
}

/** Runs `indices` until there are none left, or the goal says so; what was begun beyond the last run is thrown away. */
export async function runInOrder(
  searchers: readonly Searcher[],
  indices: Iterator<number>,
  goal: RunGoal,
): Promise<void> {
  const finished = new Map<number, readonly RunSummary[]>();
  let size = 1;
  let begun = 0;
  let taken = 0;
  let ended = false;

  const nextBatch = (): readonly number[] => {
    const batch: number[] = [];
    while (batch.length < size) {
      const { value, done } = indices.next();
      if (done === true) break;
      batch.push(value);
    }
    return batch;
  };
  const takeFinished = (): void => {
    for (let runs = finished.get(taken); runs !== undefined && !ended; runs = finished.get(taken)) {
      finished.delete(taken);
      taken += 1;
      ended = runs.some((run) => !goal.take(run));
    }
  };
  const work = async (searcher: Searcher): Promise<void> => {
    while (!ended && goal.mayBegin()) {
      const batch = nextBatch();
      if (batch.length === 0) return;
      const place = begun;
      begun += 1;
      const runs = await searcher.run(batch);
      size = runs.some(({ broken }) => broken.length > 0) ? 1 : Math.min(2 * size, MAX_BATCH_RUNS);
      finished.set(place, runs);
      takeFinished();
    }
  };
  await Promise.all(
    searchers.map((searcher) =>
      work(searcher).catch((error: unknown) => {
        ended = true;
        throw error;
      }),
    ),
  );
}
