/**
 * Hand-made runs for the tests of what is said about runs.
 */
import type { Outcome } from "../../sim/engine/port.ts";
import type { RunResult, TracedOutcome, TraceStep } from "../../sim/trace/trace.ts";

/** A run in which nothing happened, with `parts` in place of its own. */
export function runResult(parts: Partial<RunResult>): RunResult {
  return {
    race: "test/race",
    mutant: undefined,
    seed: 1,
    data: {},
    steps: [],
    history: [],
    violations: [],
    taken: [],
    preemptions: 0,
    waits: 0,
    deadlocks: 0,
    labels: [],
    traceHash: "0000000000000000",
    ...parts,
  };
}

/** A statement of `session` that succeeded, with `parts` in place of the defaults. */
export function traceStep(
  step: number,
  session: string,
  text: string,
  parts: Partial<TraceStep> = {},
): TraceStep {
  return {
    step,
    timeMs: 0,
    session,
    action: { kind: "statement", text, values: [] },
    outcome: done(text.split(" ", 1)[0] ?? "", 1),
    settled: [],
    deadlocks: [],
    commits: [],
    enabled: [session],
    preemption: false,
    ...parts,
  };
}

/** A successful outcome with so many rows. */
export function done(command: string, rowCount: number | null): TracedOutcome {
  return { kind: "done", command: command.toUpperCase(), rowCount, rows: [] };
}

/** A statement that waits for a row that `holder` has locked. */
export function waitingFor(holder: string, relation: string): Extract<Outcome, { kind: "waiting" }> {
  return {
    kind: "waiting",
    wait: { for: [holder], lock: { kind: "row", mode: "ShareLock", relation, row: "tuple (0,1)" } },
  };
}
