/**
 * What the parts of a run have in common: its time, its history, and the operations that are open.
 */
import type { OperationRecord } from "./race.ts";
import type { RunWatch } from "./watch.ts";

/** What actors, their operations and the judge read of the run and write to it. */
export interface RunState {
  readonly seed: number;
  /** Virtual milliseconds since 1970. */
  readonly nowMs: () => number;
  /** Steps so far. */
  readonly stepCount: () => number;
  readonly history: OperationRecord[];
  /** The innermost operation that each actor is in. */
  readonly openOperations: Map<string, OperationRecord>;
  /** Told when an operation has ended, where somebody wants to know. */
  readonly noteOperationEnd?: (operation: OperationRecord) => void;
}

/** The state of a run that begins; `watch` is told whenever time is read and whenever an operation ends. */
export function createRunState(
  seed: number,
  nowMs: () => number,
  stepCount: () => number,
  watch: RunWatch | undefined,
): RunState {
  const state: RunState = { seed, nowMs, stepCount, history: [], openOperations: new Map() };
  if (watch === undefined) return state;
  return {
    ...state,
    nowMs: () => {
      watch({ kind: "clock-read" });
      return nowMs();
    },
    noteOperationEnd: ({ actor, beginStep }) => watch({ kind: "operation-ended", actor, beginStep }),
  };
}
