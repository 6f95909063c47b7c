/**
 * Hand-made committed states for the tests of the pure machine and of the invariants.
 */
import type { AnswerEvent } from "../../model/event.ts";
import type { OperationCall, View } from "../../model/invariants/index.ts";
import { NOT_READ, type DetailRow, type ProtocolState, type TaskRow } from "../../model/state.ts";
import { detailRow, taskRow } from "../races/initial-state.ts";
import { at, RUN, TASK } from "./fixture.ts";

/** A running task "task" with some columns of its own. */
export function task(columns: Partial<TaskRow> = {}): TaskRow {
  return taskRow({ id: TASK, taskId: TASK, state: "running", invocationId: RUN, ...columns });
}

/** The unanswered request of "task" with some columns of its own. */
export function detail(columns: Partial<DetailRow> = {}): DetailRow {
  return detailRow(TASK, { invocationId: RUN, createdMs: at(0).getTime(), ...columns });
}

/** The response columns of Alice's answer at 10 ms. */
export const byAlice: Partial<DetailRow> = {
  respondedMs: at(10).getTime(),
  respondedBy: { id: "alice", name: "Alice" },
  chosenOptions: ["approve"],
  paramsInput: {},
};

/** The event that Alice's answer must be delivered as. */
export const aliceEvent: AnswerEvent = {
  chosen_options: ["approve"],
  params_input: {},
  responded_at: at(10).toISOString(),
  responded_by_user: { id: "alice", name: "Alice" },
  timedout: false,
};

/** The columns of a task that waits until 1000 ms. */
export const waiting: Partial<TaskRow> = {
  state: "awaiting_input",
  nextMethod: "execute_complete",
  nextKwargs: {},
  triggerTimeoutMs: at(1000).getTime(),
};

/** The columns of a task that was resumed with `event` at 10 ms. */
export function scheduledWith(event: object): Partial<TaskRow> {
  return {
    state: "scheduled",
    nextMethod: "execute_complete",
    nextKwargs: { event: event as never },
    scheduledMs: at(10).getTime(),
  };
}

/** A committed state of one task and its request. */
export function stateOf(
  taskColumns: Partial<TaskRow>,
  detailColumns: Partial<DetailRow> | null = {},
): ProtocolState {
  const details = detailColumns === null ? [] : [detail(detailColumns)];
  return { tasks: [task(taskColumns)], details, history: [], ...NOT_READ };
}

/** The view of a commit by `operation` of "actor" at `nowMs` after the fixture's time zero. */
export function commit(
  before: ProtocolState,
  after: ProtocolState,
  operation: string,
  nowMs: number = 10,
  history: readonly OperationCall[] = [],
): View {
  const call = { actor: "actor", name: operation, input: {} };
  return { before, after, actor: "actor", operation: call, nowMs: at(nowMs).getTime(), history };
}

/** The view at the end of a run. */
export function end(state: ProtocolState, history: readonly OperationCall[] = []): View {
  return {
    before: state,
    after: state,
    actor: undefined,
    operation: undefined,
    nowMs: at(20_000).getTime(),
    history,
  };
}
