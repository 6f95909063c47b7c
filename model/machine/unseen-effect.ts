/**
 * What a call may have done whose answer nobody saw: its caller crashed, or it failed.
 */
import { decideRun } from "../dag.ts";
import type { ScheduleInput } from "../schedule.ts";
import type { ProtocolState } from "../state.ts";
import { SWEEP_LIMIT, type SweepInput } from "../sweep.ts";
import { machine, type Machine } from "./machine.ts";
import { scheduleStep } from "./scheduler.ts";
import { isOverdue, sweepStep } from "./sweep.ts";
import { timeMs } from "./transition.ts";

/**
 * The state after it, or one sentence where it can have had no effect. A sweep is taken to have got every overdue row,
 * a scheduler step every run: what it skipped is explained by its not having run at all only where it took nothing.
 */
export function effectOf(
  state: ProtocolState,
  { name, input }: { readonly name: string; readonly input: unknown },
): ProtocolState | string {
  if (name === "sweep") {
    const sweep = input as SweepInput;
    const overdue = state.tasks.filter((task) => isOverdue(task, timeMs(sweep.now)));
    const ids = overdue.slice(0, sweep.limit ?? SWEEP_LIMIT).map(({ id }) => id);
    return sweepStep(state, sweep, ids);
  }
  if (name === "schedule") {
    const step = input as ScheduleInput;
    const runs = state.runs.filter((run) => run.dagId === step.dag.dagId && run.state === "running");
    const moved = runs.filter(({ runId }) => {
      const tasks = state.tasks.filter((task) => task.runId === runId);
      const { scheduled, skipped, upstreamFailed, state: after } = decideRun(step.dag, tasks);
      return scheduled.length + skipped.length + upstreamFailed.length > 0 || after !== "running";
    });
    return scheduleStep(
      state,
      step,
      moved.map(({ runId }) => runId),
    );
  }
  if (!Object.hasOwn(machine, name)) return `${name} has no effect of its own`;
  const step = machine[name as keyof Machine] as (
    state: ProtocolState,
    input: unknown,
  ) => { readonly state: ProtocolState };
  return step(state, input).state;
}
