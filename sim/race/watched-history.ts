/**
 * Operations as invariants see them in a run that is watched: looking at how one ended is told.
 */
import type { OperationRecord } from "./race.ts";
import type { RunWatch } from "./watch.ts";

const wrapped = new WeakMap<OperationRecord, OperationRecord>();

/** `record`, which tells `watch` when its result or its end is looked at; the same object for the same record. */
export function watchedOperation(record: OperationRecord, watch: RunWatch): OperationRecord {
  let view = wrapped.get(record);
  if (view === undefined) wrapped.set(record, (view = wrap(record, watch)));
  return view;
}

function wrap(record: OperationRecord, watch: RunWatch): OperationRecord {
  const { actor, name, input, beginStep, beginMs } = record;
  const look = (): OperationRecord => {
    watch({ kind: "operation-read", actor, beginStep });
    return record;
  };
  return {
    actor,
    name,
    input,
    beginStep,
    beginMs,
    get endStep() {
      return look().endStep as number;
    },
    get endMs() {
      return look().endMs as number;
    },
    get result() {
      return look().result;
    },
  };
}
