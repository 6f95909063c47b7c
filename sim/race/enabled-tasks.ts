/**
 * Who can make the next step of a run, in the order in which a schedule counts them.
 */
import type { Lane } from "./actor-task.ts";
import type { Connections } from "./connections.ts";

/**
 * The `current` session if it has a statement, the others that have one, those who sleep by the time at which they wake, and
 * those whose waiting statement can time out. Who waits for everybody else to finish comes when nobody is left.
 */
export function enabledTasks(
  tasks: readonly Lane[],
  current: string | undefined,
  { stillWaits, timeoutAt }: Pick<Connections, "stillWaits" | "timeoutAt">,
): readonly Lane[] {
  const ready: Lane[] = [];
  const sleeping: { readonly task: Lane; readonly untilMs: number }[] = [];
  const expiring: Lane[] = [];
  const last: Lane[] = [];
  for (const task of tasks) {
    const request = task.requests[0];
    if (stillWaits(task)) {
      if (timeoutAt(task) !== undefined) expiring.push(task);
    } else if (request?.kind === "sleep") sleeping.push({ task, untilMs: request.untilMs });
    else if (request?.kind === "after-others") last.push(task);
    else if (request && task.name === current) ready.unshift(task);
    else if (request) ready.push(task);
  }
  if (sleeping.length > 1) sleeping.sort((a, b) => a.untilMs - b.untilMs);
  for (const { task } of sleeping) ready.push(task);
  for (const task of expiring) ready.push(task);
  return ready.length > 0 || tasks.some(stillWaits) ? ready : last;
}
