/**
 * hitl/old-server: a task that is tried again finds the request of its first run unanswered; an old API server, which locks the
 * request alone, records an answer to it, or to one of two tasks that wait beside it, while the second run asks and parks, a new
 * server answers, a scheduler sweeps, and somebody clears or deletes the run.
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
import { DAG_ID, detailRow, form, parkedRow, RUN_ID, stateWith, taskRow } from "./initial-state.ts";
import { perform } from "./perform.ts";

const TASK = "task";
const WAITING = ["waits1", "waits2"] as const;

/** One run's data. */
export interface OldServerData {
  /** Which run asked what is there at the start: the one that holds the task, or an earlier one. */
  readonly askedBy: "task-run" | "earlier-run";
  readonly works: boolean;
  readonly answers: boolean;
  readonly clears: boolean;
  readonly deletes: boolean;
  /** Whether two more tasks of the run wait, overdue; the old server's answer is to the first of them then. */
  readonly waiting: boolean;
  readonly sweeps: boolean;
}

const seldom = fc.constantFrom(false, false, false, true);

const data: Arbitrary<OldServerData> = fc.record({
  askedBy: fc.constantFrom("task-run" as const, "earlier-run" as const),
  works: fc.boolean(),
  answers: fc.boolean(),
  clears: fc.boolean(),
  deletes: seldom,
  waiting: seldom,
  sweeps: fc.boolean(),
});

const base: OldServerData = {
  askedBy: "task-run",
  works: false,
  answers: false,
  clears: false,
  deletes: false,
  waiting: false,
  sweeps: false,
};

/** By name; the old server records an answer in each. See Race.exhaustive. */
const exhaustive: Readonly<Record<string, OldServerData>> = {
  "a second run asks and parks": { ...base, askedBy: "earlier-run", works: true },
  "the first run asks again and parks, and a new server answers": { ...base, works: true, answers: true },
  "a clear, and a new server answers": { ...base, clears: true, answers: true },
  "a clear and a deletion": { ...base, clears: true, deletes: true },
  "a sweep of two tasks and a deletion": { ...base, waiting: true, sweeps: true, deletes: true },
  "a deletion, and a new server answers": { ...base, waiting: true, answers: true, deletes: true },
};

/** Over the reference. */
export const oldServer: Race<ProtocolState, OldServerData> = hitlRace({
  name: "hitl/old-server",
  description:
    "An old API server records an answer while a task asks, parks, is answered, swept, cleared or deleted.",
  data,
  exhaustive,
  initial: ({ askedBy, waiting }: OldServerData) => {
    const others = waiting ? WAITING : [];
    return stateWith({
      tasks: [
        taskRow({ id: TASK, state: "running", invocationId: "task-run" }),
        ...others.map((id) => parkedRow(id, 0)),
      ],
      details: [detailRow(TASK, { invocationId: askedBy }), ...others.map((id) => detailRow(id))],
    });
  },
  actors: actorsOf,
  mustSee: [
    "ask 200",
    "ask 404",
    "clear 200",
    "deleteRun 200",
    "record 200",
    "record 409",
    "respond 200",
    "respond 409",
    "sweep answer",
    "sweep timeout",
  ],
  mutants: clausesOf(
    "ask",
    "park.lockDetail",
    "respond.lockDetail",
    "sweep.lockDetails without ORDER BY",
    "clear.lockDetail",
    "clear.lockRun with FOR UPDATE in place of FOR NO KEY UPDATE",
    "deleteRun.lockDetails",
  ),
  without: ["I2", "I4", "I7"],
});

function actorsOf(protocol: Protocol, data: OldServerData): Readonly<Record<string, Actor>> {
  return {
    bob: (context) => answer(context, protocol, data.waiting ? WAITING[0] : TASK, "record"),
    ...(data.works ? { worker: (context) => worker(context, protocol) } : {}),
    ...(data.answers ? { carol: (context) => answer(context, protocol, TASK, "respond") } : {}),
    ...(data.clears ? { clearer: (context) => clearer(context, protocol) } : {}),
    ...(data.deletes ? { deleter: (context) => deleter(context, protocol) } : {}),
    ...(data.sweeps ? { scheduler: (context) => sweepOnce(context, protocol) } : {}),
    closing: (context) => closing(context, protocol),
  };
}

async function answer(
  context: ActorContext,
  protocol: Protocol,
  id: string,
  by: "respond" | "record",
): Promise<void> {
  const createdAt = await openForm(context, id);
  if (createdAt !== undefined)
    await answerForm(context, protocol, id, createdAt, { chosenOptions: ["approve"] }, by);
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

async function deleter(context: ActorContext, protocol: Protocol): Promise<void> {
  await perform(context, "deleteRun", protocol.deleteRun, { dagId: DAG_ID, runId: RUN_ID });
}

async function sweepOnce(context: ActorContext, protocol: Protocol): Promise<void> {
  await perform(context, "sweep", protocol.sweep, { now: context.now() });
}

async function closing(context: ActorContext, protocol: Protocol): Promise<void> {
  await context.afterOthers();
  await context.sleep(SWEEP_INTERVAL_MS);
  await sweepOnce(context, protocol);
  await runTask(context, protocol, TASK, "closing-run", form);
}
