/**
 * What an ended operation of the protocol counts as, for the coverage of an exploration.
 */
import type { QueueResult } from "../../model/queue.ts";
import type { SweepResult } from "../../model/sweep.ts";
import type { OperationRecord } from "../../sim/race/race.ts";

/** e.g. ["respond 409"], ["park awaiting_input"], ["sweep default", "sweep timeout"], or [] where it failed. */
export function labelsOf(operation: OperationRecord): readonly string[] {
  const { name, result } = operation;
  if (name === "sweep") return sweepLabels(result as Partial<SweepResult>);
  if (name === "queue") return queueLabels(result as Partial<QueueResult>);
  const { status, state } = result as { readonly status?: number; readonly state?: string };
  if (status === undefined) return [];
  if (status !== 200) return [`${name} ${status}`];
  return state === undefined || name === "respond" ? [`${name} 200`] : [`${name} ${state}`];
}

function sweepLabels({ resumed }: Partial<SweepResult>): readonly string[] {
  if (resumed === undefined) return [];
  if (resumed.length === 0) return ["sweep nothing"];
  return [...new Set(resumed.map(({ how }) => `sweep ${how}`))];
}

function queueLabels({ queued }: Partial<QueueResult>): readonly string[] {
  if (queued === undefined) return [];
  return [queued.length === 0 ? "queue nothing" : "queue some"];
}
