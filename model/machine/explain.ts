/**
 * What the pure machine makes of one finished call: the state after it, or why the call cannot have been answered so here.
 *
 * A function of the state gives its one answer. A relation (sweep, schedule, queue) takes from the answer which rows it
 * got, and must have been allowed to take them.
 */
import { sameJson, type Json } from "../json.ts";
import type { QueueInput, QueueResult } from "../queue.ts";
import { SCHEDULE_LIMIT, type ScheduleInput, type ScheduleResult } from "../schedule.ts";
import type { ProtocolState } from "../state.ts";
import type { Swept, SweepInput } from "../sweep.ts";
import { machine, type Machine } from "./machine.ts";
import { queueStep, scheduleStep } from "./scheduler.ts";
import { sweepStep } from "./sweep.ts";
import { detailOf } from "./transition.ts";
import { decideRun } from "../dag.ts";

/** A call with its answer, as the history has it (after a trip through JSON). */
export interface AnsweredCall {
  readonly name: string;
  readonly input: unknown;
  readonly result?: unknown;
}

/** The state after `call`, or one sentence that says why its answer cannot come about in `state`. */
export function explainCall(state: ProtocolState, call: AnsweredCall): ProtocolState | string {
  const { name, input, result } = call;
  if (name === "sweep") return explainSweep(state, input as SweepInput, answer(result)["resumed"] as never);
  if (name === "schedule")
    return explainSchedule(state, input as ScheduleInput, answer(result)["runs"] as never);
  if (name === "queue") return queueStep(state, input as QueueInput, (result as QueueResult).queued);
  if (!Object.hasOwn(machine, name)) return `there is no operation ${name}`;
  const step = machine[name as keyof Machine] as (
    state: ProtocolState,
    input: unknown,
  ) => { readonly result: object; readonly state: ProtocolState };
  const expected = step(state, input);
  const due = answer(JSON.parse(JSON.stringify(expected.result)));
  if (sameJson(answer(result), due)) return expected.state;
  return `${name} answers ${JSON.stringify(due)} there, not ${JSON.stringify(answer(result))}`;
}

/** What an answer says, without the words of a refusal and without the retries. */
function answer(result: unknown): Record<string, Json> {
  const { reason: _reason, retries: _retries, ...said } = result as Record<string, Json>;
  return said;
}

function explainSweep(
  state: ProtocolState,
  input: SweepInput,
  resumed: readonly Swept[],
): ProtocolState | string {
  for (const { taskInstanceId: id, how } of resumed) {
    const detail = detailOf(state, id);
    const answered = detail !== undefined && detail.respondedMs !== null;
    const byDefault = detail?.defaults === null || detail === undefined ? "timeout" : "default";
    const due = answered ? "answer" : byDefault;
    if (how !== due) return `a sweep resumes ${id} with its ${due} there, not its ${how}`;
  }
  return sweepStep(
    state,
    input,
    resumed.map(({ taskInstanceId }) => taskInstanceId),
  );
}

function explainSchedule(
  state: ProtocolState,
  input: ScheduleInput,
  runs: ScheduleResult["runs"],
): ProtocolState | string {
  const { limit = SCHEDULE_LIMIT } = input;
  if (runs.length > limit) return `a step examined ${runs.length} runs, its limit is ${limit}`;
  for (const { runId, ...decision } of runs) {
    const run = state.runs.find((other) => other.dagId === input.dag.dagId && other.runId === runId);
    if (run?.state !== "running") return `the run ${runId} is not running there`;
    const tasks = state.tasks.filter((task) => task.dagId === input.dag.dagId && task.runId === runId);
    if (!sameJson(decideRun(input.dag, tasks), decision))
      return `the run ${runId} is decided otherwise there`;
  }
  return scheduleStep(
    state,
    input,
    runs.map(({ runId }) => runId),
  );
}
