/**
 * Where a replay is held.
 */
import type { HeldRun } from "../../race/held-run.ts";

/** What `--until` may wait for. */
export const UNTIL = ["waiting", "deadlock", "violation"] as const;

/** See UNTIL. */
export type Until = (typeof UNTIL)[number];

/** Where to hold: after a step, or when something has come about. */
export interface StopAt {
  readonly step?: number | undefined;
  readonly until?: Until | undefined;
}

/** Whether `run` is where it shall be held. */
export function shallStop({ steps, violations }: HeldRun, { step, until }: StopAt): boolean {
  if (step !== undefined) return steps.length === step;
  const last = steps.at(-1);
  switch (until) {
    case "waiting":
      return last?.outcome.kind === "waiting";
    case "deadlock":
      return (last?.deadlocks.length ?? 0) > 0;
    case "violation":
      return violations.length > 0;
    case undefined:
      return false;
  }
}
