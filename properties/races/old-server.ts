/**
 * hitl/old-server: a task that is tried again finds the request of its first run unanswered; an old API server, which locks the
 * request alone, records an answer to it while the second run asks, a new server answers, and somebody clears.
 *
 * I2, I4 and I7 do not hold of what the old server records (see legacy.ts).
 */
import fc, { type Arbitrary } from "fast-check";
import { clausesOf } from "../../model/mutants/clauses-of.ts";
import type { Protocol } from "../../model/protocol.ts";
import type { ProtocolState } from "../../model/state.ts";
import { SWEEP_INTERVAL_MS } from "../../model/sweep.ts";
import type { Actor, ActorContext, Race } from "../../sim/race/race.ts";
import { answerForm, openForm, runTask } from "./acting.ts";
import { hitlRace } from "./hitl-race.ts";
import { DAG_ID, detailRow, form, RUN_ID, stateWith, taskRow } from "./initial-state.ts";
import { perform } from "./perform.ts";

const TASK = "task";

/** One run's data. */
export interface OldServerData {
  /** Which run asked what is there at the start: the one that holds the task, or an earlier one. */
  readonly askedBy: "task-run" | "earlier-run";
  readonly works: boolean;
  readonly answers: boolean;
  readonly clears: boolean;
}

const data: Arbitrary<OldServerData> = fc.record({
  askedBy: fc.constantFrom("task-run" as const, "earlier-run" as const),
  works: fc.boolean(),
  answers: fc.boolean(),
  clears: fc.boolean(),
});

/** Over the reference. */
export const oldServer: Race<ProtocolState, OldServerData> = hitlRace({
  name: "hitl/old-server",
  description:
    "An old API server records an answer while a second run asks, a new server answers, and somebody clears.",
  data,
  initial: ({ askedBy }: OldServerData) =>
    stateWith({
      tasks: [taskRow({ id: TASK, state: "running", invocationId: "task-run" })],
      details: [detailRow(TASK, { invocationId: askedBy })],
    }),
  actors: actorsOf,
  mustSee: ["ask 200", "ask 404", "clear 200", "record 200", "record 409", "respond 200", "respond 409"],
  mutants: clausesOf(
    "ask",
    "respond.lockDetail",
    "clear.lockDetail",
    "clear.lockRun with FOR UPDATE in place of FOR NO KEY UPDATE",
  ),
  without: ["I2", "I4", "I7"],
});

function actorsOf(protocol: Protocol, data: OldServerData): Readonly<Record<string, Actor>> {
  return {
    bob: (context) => answer(context, protocol, "record"),
    ...(data.works ? { worker: (context) => worker(context, protocol) } : {}),
    ...(data.answers ? { carol: (context) => answer(context, protocol, "respond") } : {}),
    ...(data.clears ? { clearer: (context) => clearer(context, protocol) } : {}),
    closing: (context) => closing(context, protocol),
  };
}

async function answer(context: ActorContext, protocol: Protocol, by: "respond" | "record"): Promise<void> {
  const createdAt = await openForm(context, TASK);
  if (createdAt !== undefined)
    await answerForm(context, protocol, TASK, createdAt, { chosenOptions: ["approve"] }, by);
}

async function worker(context: ActorContext, protocol: Protocol): Promise<void> {
  const run = { taskInstanceId: TASK, invocationId: "task-run" };
  await perform(context, "ask", protocol.ask, { ...run, request: form, now: context.now() });
  const parking = { ...run, timeoutMs: 10, nextMethod: "execute_complete", nextKwargs: {} };
  await perform(context, "park", protocol.park, { ...parking, now: context.now() });
}

async function clearer(context: ActorContext, protocol: Protocol): Promise<void> {
  const run = { dagId: DAG_ID, runId: RUN_ID };
  const attempt = { taskInstanceId: TASK, newId: "task-again", onlyStates: null };
  await perform(context, "clear", protocol.clear, { ...run, ...attempt });
}

async function closing(context: ActorContext, protocol: Protocol): Promise<void> {
  await context.afterOthers();
  await context.sleep(SWEEP_INTERVAL_MS);
  await perform(context, "sweep", protocol.sweep, { now: context.now() });
  await runTask(context, protocol, TASK, "closing-run", form);
}
