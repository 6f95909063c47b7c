/**
 * Whether a run came to a statement, and whether that could matter: next to a transaction of somebody else, and on how many rows.
 */
import type { RunResult, TraceStep } from "../trace/trace.ts";

/** How a run came to a statement. */
export interface Reach {
  /** It was sent while another session was in the middle of a transaction. */
  readonly beside: boolean;
  /** Most rows that it found. */
  readonly rows: number;
}

/** How `run` came to the statement `text`; undefined if it never sent it. */
export function reachOf({ steps }: Pick<RunResult, "steps">, text: string): Reach | undefined {
  let reach: Reach | undefined;
  for (const [index, { action, session, outcome, settled }] of steps.entries()) {
    const outcomes = settled.filter((one) => one.text === text).map((one) => one.outcome);
    const isSent = action.kind === "statement" && action.text === text;
    if (isSent) outcomes.push(outcome);
    const rows = outcomes.map((one) => (one.kind === "done" ? (one.rowCount ?? 0) : 0));
    if (outcomes.length === 0) continue;
    const beside = isSent && othersOf(steps, session).some((other) => isUnderWay(steps, index, other));
    reach = { beside: beside || reach?.beside === true, rows: Math.max(reach?.rows ?? 0, ...rows) };
  }
  return reach;
}

function othersOf(steps: readonly TraceStep[], session: string): readonly string[] {
  return [...new Set(steps.map((step) => step.session))].filter((other) => other !== session);
}

/** Whether `session` was between two steps of one operation there, with no end of a transaction between them. */
function isUnderWay(steps: readonly TraceStep[], at: number, session: string): boolean {
  const last = steps.findLast((step, index) => index < at && step.session === session);
  const next = steps.find((step, index) => index > at && step.session === session);
  if (last === undefined || next === undefined || last.operation !== next.operation) return false;
  const { outcome, commits } = last;
  const ends = outcome.kind === "done" && ["COMMIT", "ROLLBACK"].includes(outcome.command);
  return !ends && !commits.includes(session);
}
