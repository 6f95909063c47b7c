/** C clear, D dag-run timeout and X delete run, on the pure state. */
import type { ClearInput, ClearResult } from "../clear.ts";
import { FINISHED_STATES } from "../dag.ts";
import type { DeleteRunInput, DeleteRunResult } from "../delete-run.ts";
import { refuse } from "../result.ts";
import type { DetailRow, ProtocolState, RunRow, TaskRow } from "../state.ts";
import type { TimeoutRunInput, TimeoutRunResult } from "../timeout-run.ts";
import { detailOf, taskOf, timeMs, withArchived, withTask, type Transition } from "./transition.ts";

/** The old attempt and its request are in the history, a fresh one stands in its place. */
export function clearStep(state: ProtocolState, input: ClearInput): Transition<ClearResult> {
  const { taskInstanceId: id, newId, onlyStates } = input;
  const run = runOf(state, input);
  if (run === undefined) return { result: refuse(404, "no such run"), state };
  const task = taskOf(state, id);
  if (task === undefined) {
    if (taskOf(state, newId) !== undefined) return { result: { status: 200 }, state };
    return { result: refuse(404, "no such task instance"), state };
  }
  if (onlyStates !== null && !onlyStates.includes(task.state)) {
    return { result: refuse(409, `the task is ${task.state}`), state };
  }
  const detail = detailOf(state, id);
  const archived = detail === undefined ? state : withArchived(state, detail);
  const attempt = { id, state: task.state, tryNumber: task.tryNumber, invocationId: task.invocationId };
  const fresh: TaskRow = { ...task, ...FRESH, id: newId, tryNumber: task.tryNumber + 1 };
  return {
    result: { status: 200, from: task.state },
    state: {
      ...withoutTasks(archived, [id]),
      tasks: state.tasks.map((other) => (other.id === id ? fresh : other)).sort(byId),
      attempts: [...state.attempts, attempt].sort(byId),
      runs: state.runs.map((other) => (other === run ? { ...run, state: "running" } : other)),
    },
  };
}

const FRESH: Partial<TaskRow> = {
  state: null,
  invocationId: null,
  scheduledMs: null,
  nextMethod: null,
  nextKwargs: null,
  triggerId: null,
  triggerTimeoutMs: null,
};

/** The run failed, what was unfinished in it is skipped. */
export function timeoutRunStep(state: ProtocolState, input: TimeoutRunInput): Transition<TimeoutRunResult> {
  const run = runOf(state, input);
  if (run === undefined) return { result: refuse(404, "no such run"), state };
  if (run.state !== "running") return { result: refuse(409, `the run is ${run.state}`), state };
  if (run.startMs === null || run.startMs + input.timeoutMs > timeMs(input.now)) {
    return { result: refuse(409, "time left"), state };
  }
  const unfinished = tasksOf(state, input).filter(
    (task) => task.state === null || !FINISHED_STATES.includes(task.state),
  );
  const ended = { nextMethod: null, nextKwargs: null, triggerId: null, triggerTimeoutMs: null };
  let after = state;
  for (const { id } of unfinished) after = withTask(after, id, { ...ended, state: "skipped" });
  const ids = unfinished.map(({ id }) => id);
  return {
    result: { status: 200, skipped: ids },
    state: {
      ...after,
      triggers: state.triggers.filter(({ taskInstanceId }) => !ids.includes(taskInstanceId)),
      runs: state.runs.map((other) => (other === run ? { ...run, state: "failed" } : other)),
    },
  };
}

/** The run and everything of it is gone. */
export function deleteRunStep(state: ProtocolState, input: DeleteRunInput): Transition<DeleteRunResult> {
  const run = runOf(state, input);
  if (run === undefined) return { result: refuse(404, "no such run"), state };
  const ids = tasksOf(state, input).map(({ id }) => id);
  return {
    result: { status: 200, deleted: ids },
    state: {
      ...withoutTasks(state, ids),
      tasks: state.tasks.filter(({ id }) => !ids.includes(id)),
      runs: state.runs.filter((other) => other !== run),
    },
  };
}

/** The state without the requests and triggers of some tasks. */
function withoutTasks(state: ProtocolState, ids: readonly string[]): ProtocolState {
  const others = ({ taskInstanceId }: DetailRow | { readonly taskInstanceId: string }): boolean =>
    !ids.includes(taskInstanceId);
  return { ...state, details: state.details.filter(others), triggers: state.triggers.filter(others) };
}

type RunKey = { readonly dagId: string; readonly runId: string };

function runOf(state: ProtocolState, { dagId, runId }: RunKey): RunRow | undefined {
  return state.runs.find((run) => run.dagId === dagId && run.runId === runId);
}

function tasksOf(state: ProtocolState, { dagId, runId }: RunKey): readonly TaskRow[] {
  return state.tasks.filter((task) => task.dagId === dagId && task.runId === runId);
}

function byId(left: { readonly id: string }, right: { readonly id: string }): number {
  return left.id < right.id ? -1 : 1;
}
