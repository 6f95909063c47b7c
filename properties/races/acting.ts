/**
 * What actors of several races do.
 */
import { executeComplete } from "../../model/execute-complete.ts";
import type { Operation, Protocol } from "../../model/protocol.ts";
import { readRequest } from "../../model/read-request.ts";
import type { RecordResult } from "../../model/record.ts";
import type { HitlRequest } from "../../model/request.ts";
import type { RespondInput, RespondResult } from "../../model/respond.ts";
import type { JsonObject } from "../../model/json.ts";
import type { Actor, ActorContext } from "../../sim/race/race.ts";
import { RUN_START_MS } from "../../sim/race/run.ts";
import { perform } from "./perform.ts";

/** Those of `actors` that take part: the closing and those called in `names`; all of them without names. */
export function onlyOf(
  actors: Readonly<Record<string, Actor>>,
  names: readonly string[] | undefined,
): Readonly<Record<string, Actor>> {
  const entries = Object.entries(actors);
  return Object.fromEntries(
    entries.filter(([name]) => names === undefined || name === "closing" || names.includes(name)),
  );
}

/** Sleeps until so many milliseconds after the run's start; not at all if it is later. */
export async function sleepUntil(context: ActorContext, timeMs: number): Promise<void> {
  const durationMs = RUN_START_MS + timeMs - context.now().getTime();
  if (durationMs > 0) await context.sleep(durationMs);
}

/** Opens the form of a task, waiting a millisecond and looking again if there is none; its identity, or undefined. */
export async function openForm(context: ActorContext, taskInstanceId: string): Promise<Date | undefined> {
  for (let look = 1; look <= 2; look += 1) {
    if (look > 1) await context.sleep(1);
    const form = await readRequest(context.db, taskInstanceId);
    if (form !== undefined) return form.createdAt;
  }
  return undefined;
}

/** Answers a form that was opened; "record" is the API server from before the resume. */
export async function answerForm(
  context: ActorContext,
  protocol: Protocol,
  taskInstanceId: string,
  createdAt: Date,
  answer: { readonly chosenOptions: readonly string[]; readonly paramsInput?: JsonObject },
  by: "respond" | "record" = "respond",
): Promise<void> {
  const user = { id: context.name, name: context.name };
  const operation: Operation<RespondInput, RespondResult | RecordResult> = protocol[by];
  await perform(context, by, operation, {
    taskInstanceId,
    createdAt,
    user,
    paramsInput: {},
    ...answer,
    now: context.now(),
  });
}

/** Queues and starts a scheduled task under `invocationId`; what it goes on with, or undefined where it is not scheduled. */
export async function startTask(
  context: ActorContext,
  protocol: Protocol,
  taskInstanceId: string,
  invocationId: string,
): Promise<Extract<Awaited<ReturnType<Protocol["start"]>>, { status: 200 }> | undefined> {
  const queued = await perform(context, "enqueue", protocol.enqueue, { taskInstanceId });
  if (queued.status !== 200) return undefined;
  const started = await perform(context, "start", protocol.start, { taskInstanceId, invocationId });
  return started.status === 200 ? started : undefined;
}

/** Runs a scheduled task to its end, resumed or afresh; false where it is not scheduled. */
export async function runTask(
  context: ActorContext,
  protocol: Protocol,
  taskInstanceId: string,
  invocationId: string,
  request: HitlRequest,
): Promise<boolean> {
  const started = await startTask(context, protocol, taskInstanceId, invocationId);
  if (started === undefined) return false;
  const { state } =
    started.nextMethod === null ? { state: "success" as const } : executeComplete(started, request);
  await perform(context, "finish", protocol.finish, { taskInstanceId, invocationId, state });
  return true;
}

/** A scheduler's loop logs what fails in it and goes on; the history keeps the error. Anything but a database's is thrown on. */
export async function surviving(body: () => Promise<unknown>): Promise<void> {
  try {
    await body();
  } catch (error) {
    if (typeof (error as { readonly code?: unknown }).code !== "string") throw error;
  }
}
