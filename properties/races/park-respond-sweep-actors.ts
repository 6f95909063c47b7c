/**
 * Who acts in hitl/park-respond-sweep.
 *
 * Everybody who waits for the deadline computes it from the run's start, so that all of them wake in the same
 * millisecond or in the next one and race there.
 */
import { executeComplete } from "../../model/execute-complete.ts";
import type { Protocol } from "../../model/protocol.ts";
import { readRequest } from "../../model/read-request.ts";
import type { HitlRequest } from "../../model/request.ts";
import { SWEEP_INTERVAL_MS } from "../../model/sweep.ts";
import type { Actor, ActorContext } from "../../sim/race/race.ts";
import { form } from "./initial-state.ts";
import type { Moment, ParkRespondSweepData, ResponderData } from "./park-respond-sweep-data.ts";
import { perform } from "./perform.ts";

/** The one task. */
export const TASK = "task";

/** The worker run that holds it at the start. */
export const WORKER = "worker-run";

/** Where the deadline would be in a run without one; the sweeps look there, and must find nothing. */
const NO_DEADLINE_MS = 60_000;

/** Times that somebody opens the form; between two looks they wait for a millisecond. */
const MAX_LOOKS = 2;

/** The actors, in the order in which a schedule counts them. */
export function actorsOf(protocol: Protocol, data: ParkRespondSweepData): Readonly<Record<string, Actor>> {
  return {
    worker: worker(protocol, data),
    ...(data.alice.moment === "never" ? {} : { alice: responder(protocol, data, data.alice) }),
    ...(data.bob.moment === "never" ? {} : { bob: responder(protocol, data, data.bob) }),
    ...(data.sweep1OffsetMs === null ? {} : { sweep1: scheduler(protocol, data, data.sweep1OffsetMs) }),
    ...(data.sweep2OffsetMs === null ? {} : { sweep2: scheduler(protocol, data, data.sweep2OffsetMs) }),
    ...(data.executesEarly ? { executor: executor(protocol, data) } : {}),
    ...(data.mark === "never" ? {} : { marker: marker(protocol, data) }),
    closing: closing(protocol, data),
  };
}

function worker(protocol: Protocol, data: ParkRespondSweepData): Actor {
  return async (context) => {
    const run = { taskInstanceId: TASK, invocationId: WORKER };
    const asked = { ...run, request: requestOf(data), now: context.now() };
    if ((await perform(context, "ask", protocol.ask, asked)).status !== 200) return;
    if (data.parkDelayMs > 0) await context.sleep(data.parkDelayMs);
    await perform(context, "park", protocol.park, {
      ...run,
      timeoutMs: data.timeoutMs,
      nextMethod: "execute_complete",
      nextKwargs: {},
      now: context.now(),
    });
  };
}

function responder(protocol: Protocol, data: ParkRespondSweepData, person: ResponderData): Actor {
  return async (context) => {
    await sleepUntil(context, momentMs(context, data, person.moment));
    for (let look = 1; look <= MAX_LOOKS; look += 1) {
      if (look > 1) await context.sleep(1);
      const form = await readRequest(context.db, TASK);
      if (form === undefined) continue;
      await perform(context, "respond", protocol.respond, {
        taskInstanceId: TASK,
        createdAt: form.createdAt,
        user: { id: context.name, name: context.name },
        chosenOptions: person.chosenOptions,
        paramsInput: {},
        now: context.now(),
      });
      return;
    }
  };
}

function scheduler(protocol: Protocol, data: ParkRespondSweepData, offsetMs: number): Actor {
  return async (context) => {
    const deadlineMs = deadlineOf(context, data);
    await sleepUntil(context, deadlineMs + offsetMs);
    await perform(context, "sweep", protocol.sweep, { now: context.now() });
  };
}

function executor(protocol: Protocol, data: ParkRespondSweepData): Actor {
  return async (context) => {
    await sleepUntil(context, deadlineOf(context, data) + 2);
    await execute(context, protocol, data, "executor-run");
  };
}

/** Queues the task if it is scheduled, and runs its execute_complete. */
async function execute(
  context: ActorContext,
  protocol: Protocol,
  data: ParkRespondSweepData,
  invocationId: string,
): Promise<void> {
  const queued = await perform(context, "enqueue", protocol.enqueue, { taskInstanceId: TASK });
  if (queued.status !== 200) return;
  const run = { taskInstanceId: TASK, invocationId };
  const started = await perform(context, "start", protocol.start, run);
  if (started.status !== 200) return;
  const { state } = executeComplete(started, requestOf(data));
  await perform(context, "finish", protocol.finish, { ...run, state });
}

/** Once everybody has had their turn and every deadline is past by one interval: a last sweep, and what it resumed. */
function closing(protocol: Protocol, data: ParkRespondSweepData): Actor {
  return async (context) => {
    await context.afterOthers();
    await context.sleep((data.timeoutMs ?? 0) + SWEEP_INTERVAL_MS);
    const { rows } = await context.db.query<{ state: string }>(
      "select state from task_instance where id = $1",
      [TASK],
    );
    const state = rows[0]?.state;
    if (state === "awaiting_input") await perform(context, "sweep", protocol.sweep, { now: context.now() });
    if (state === "awaiting_input" || state === "scheduled")
      await execute(context, protocol, data, "closing-run");
  };
}

function marker(protocol: Protocol, data: ParkRespondSweepData): Actor {
  return async (context) => {
    await sleepUntil(context, momentMs(context, data, data.mark));
    await perform(context, "mark", protocol.mark, { taskInstanceId: TASK, state: "success" });
  };
}

function requestOf({ options, defaults, multiple }: ParkRespondSweepData): HitlRequest {
  return { ...form, options, defaults, multiple };
}

function momentMs(context: ActorContext, data: ParkRespondSweepData, moment: Moment): number {
  return typeof moment === "number" ? deadlineOf(context, data) + moment : context.now().getTime();
}

/** Milliseconds since 1970; called when an actor begins, which is at the run's start. */
function deadlineOf(context: ActorContext, data: ParkRespondSweepData): number {
  return context.now().getTime() + data.parkDelayMs + (data.timeoutMs ?? NO_DEADLINE_MS);
}

async function sleepUntil(context: ActorContext, timeMs: number): Promise<void> {
  const durationMs = timeMs - context.now().getTime();
  if (durationMs > 0) await context.sleep(durationMs);
}
