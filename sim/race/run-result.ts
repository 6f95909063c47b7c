/**
 * A run that is over, as plain data with its hash.
 */
import { toPlain } from "../trace/canonical-json.ts";
import { traceHash } from "../trace/trace-hash.ts";
import type { RunResult, Violation } from "../trace/trace.ts";
import type { OperationRecord, Race } from "./race.ts";
import type { Recorder } from "./recorder.ts";
import type { RunOptions } from "./run-options.ts";

/** Everything that a run of `race` tells; the labels are those of operations that ended. */
export function tellRun(
  race: Race<any, any>,
  { mutant, seed, clock, data }: RunOptions,
  history: readonly OperationRecord[],
  recorder: Recorder,
  violations: readonly Violation[],
): RunResult {
  const told = {
    race: race.name,
    mutant,
    seed,
    ...(clock === "still" ? { clock } : {}),
    data: toPlain(data),
    steps: recorder.steps,
    history,
    violations,
    taken: recorder.taken,
    ...recorder.counts(),
    labels: history.flatMap((operation) => (operation.endStep === undefined ? [] : race.labels(operation))),
  };
  return { ...told, traceHash: traceHash(told) };
}
