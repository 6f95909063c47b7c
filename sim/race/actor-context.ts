/**
 * What an actor is given: its session, virtual time, seeded randomness and the marking of operations.
 */
import type { Statement, StatementResult } from "../engine/port.ts";
import { deriveSeed, randomStream } from "../random.ts";
import { toPlain } from "../trace/canonical-json.ts";
import type { ActorTask } from "./actor-task.ts";
import type { ActorContext, OperationRecord, Queryable } from "./race.ts";
import type { RunState } from "./run-state.ts";

/** The context of `task`. */
export function actorContext(task: ActorTask, run: RunState): ActorContext {
  const random = randomStream(deriveSeed(run.seed, task.name, "actor"));
  return {
    name: task.name,
    db: queryable((statement) => request(task, statement)),
    now: () => new Date(run.nowMs()),
    random: () => random.fraction(),
    sleep: (durationMs) =>
      new Promise((resolve) => {
        task.requests.push({ kind: "sleep", durationMs, untilMs: run.nowMs() + durationMs, resolve });
      }),
    afterOthers: () => new Promise((resolve) => void task.requests.push({ kind: "after-others", resolve })),
    operation: (name, input, body) => markOperation(task.name, name, input, body, run),
  };
}

/** `pg`'s forms of `query` over one function. */
export function queryable(run: (statement: Statement) => Promise<StatementResult>): Queryable {
  return {
    query: (statement, values) => {
      const form = typeof statement === "string" ? { text: statement } : statement;
      const { text, rowMode } = form as Statement;
      return run({ text, values: values ?? (form as Statement).values, rowMode }) as never;
    },
  };
}

function request(task: ActorTask, statement: Statement): Promise<StatementResult> {
  return new Promise((resolve, reject) => {
    task.requests.push({ kind: "statement", statement, resolve, reject });
  });
}

async function markOperation<Result>(
  actor: string,
  name: string,
  input: unknown,
  body: () => Promise<Result>,
  run: RunState,
): Promise<Result> {
  const outer = run.openOperations.get(actor);
  const record: OperationRecord = {
    actor,
    name,
    input: toPlain(input),
    beginStep: run.stepCount() + 1,
    beginMs: run.nowMs(),
  };
  run.history.push(record);
  run.openOperations.set(actor, record);
  try {
    const result = await body();
    record.result = toPlain(result);
    return result;
  } catch (error) {
    record.result = { error: describeError(error) };
    throw error;
  } finally {
    record.endStep = run.stepCount();
    record.endMs = run.nowMs();
    if (outer) run.openOperations.set(actor, outer);
    else run.openOperations.delete(actor);
    run.noteOperationEnd?.(record);
  }
}

function describeError(error: unknown): { readonly code?: string; readonly message: string } {
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
  return { ...(typeof code === "string" ? { code } : {}), message: String(message ?? error) };
}
