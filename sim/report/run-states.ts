/**
 * Who waits for whom and who holds which locks after each step, as the trace tells it.
 *
 * Locks are those that the statements of an open transaction asked for and got: which relation, and which row where the
 * statement names it by equality. What triggers and foreign keys lock besides is not in a trace.
 */
import type { DeadlockEdge, LockDescription } from "../engine/port.ts";
import { loadGrammar } from "../sql/grammar.ts";
import { statementSummary } from "../sql/statement-summary.ts";
import { isRollbackToSavepoint } from "../sql/transaction-control.ts";
import type { Json, RunResult, TracedOutcome, TraceStep } from "../trace/trace.ts";
import { namedRows } from "./named-rows.ts";

/** A session whose statement waits. */
export interface WaitNow {
  readonly session: string;
  readonly for: readonly string[];
  readonly lock: LockDescription;
  /** Step in which the statement began to wait. */
  readonly sinceStep: number;
}

/** Locks of a session on one relation. */
export interface LockNow {
  readonly session: string;
  readonly relation: string;
  /** e.g. "id=7"; undefined where the statement does not tell. */
  readonly row: string | undefined;
  readonly how: "locked" | "wrote";
  /** Step in which it got the lock. */
  readonly sinceStep: number;
}

/** How things stand after a step. */
export interface RunState {
  readonly waits: readonly WaitNow[];
  readonly locks: readonly LockNow[];
  /** Edges of the deadlocks that the step closed, and that are broken by now. */
  readonly cycle: readonly DeadlockEdge[];
}

interface Asked {
  readonly text: string;
  readonly values: Json;
}

/** The state before the first step and after every step of `run`. */
export async function runStates(run: RunResult): Promise<readonly RunState[]> {
  await loadGrammar();
  const waits = new Map<string, WaitNow & { readonly asked: Asked }>();
  const locks = new Map<string, Map<string, LockNow>>();
  const savepoints = new Set<string>();
  const states: RunState[] = [{ waits: [], locks: [], cycle: [] }];
  const note = (session: string, asked: Asked, outcome: TracedOutcome, step: TraceStep): void => {
    if (outcome.kind === "waiting") {
      const sinceStep = waits.get(session)?.sinceStep ?? step.step;
      waits.set(session, { session, for: outcome.wait.for, lock: outcome.wait.lock, sinceStep, asked });
      return;
    }
    waits.delete(session);
    const { command } = statementSummary(asked.text);
    if (command === "savepoint") savepoints.add(session);
    const lostAll = outcome.kind === "failed" && !savepoints.has(session);
    if (lostAll || endsTransaction(asked.text, outcome)) {
      locks.delete(session);
      savepoints.delete(session);
    } else if (outcome.kind === "done" && outcome.rowCount !== 0) {
      const held = locks.get(session) ?? new Map<string, LockNow>();
      locks.set(session, held);
      for (const { relation, row, how } of locksOf(asked, outcome.rowCount)) {
        const key = `${relation} ${row ?? ""}`;
        if (!held.has(key) || how === "wrote")
          held.set(key, { session, relation, row, how, sinceStep: step.step });
      }
    }
  };
  for (const step of run.steps) {
    const { action, session } = step;
    if (action.kind !== "sleep") {
      const values = action.kind === "statement" ? action.values : (waits.get(session)?.asked.values ?? []);
      note(session, { text: action.text, values }, step.outcome, step);
    }
    for (const { session: woken, text, outcome } of step.settled) {
      note(woken, waits.get(woken)?.asked ?? { text, values: [] }, outcome, step);
    }
    for (const session of step.commits) locks.delete(session);
    states.push({
      waits: [...waits.values()].map(({ asked: _asked, ...wait }) => wait),
      locks: [...locks.values()].flatMap((held) => [...held.values()]),
      cycle: step.deadlocks.flatMap(({ edges }) => edges),
    });
  }
  return states;
}

function endsTransaction(text: string, outcome: TracedOutcome): boolean {
  if (outcome.kind !== "done") return false;
  const ends = outcome.command === "COMMIT" || outcome.command === "ROLLBACK";
  return ends && !isRollbackToSavepoint(text);
}

/** What a statement locks that gave or changed `rowCount` rows. */
export function locksOf(
  { text, values }: Asked,
  rowCount: number | null,
): readonly Pick<LockNow, "relation" | "row" | "how">[] {
  const { locks, inserts, updates, deletes } = statementSummary(text);
  const touched = [
    ...locks.map((relation) => ({ relation, how: "locked" as const })),
    ...[...inserts, ...updates, ...deletes].map((relation) => ({ relation, how: "wrote" as const })),
  ];
  const keys = touched.length === 1 ? namedRows(text, values) : [];
  const rows = keys.length > 0 && keys.length === (rowCount ?? keys.length) ? keys : [undefined];
  return touched.flatMap((touch) => rows.map((row) => ({ ...touch, row })));
}
