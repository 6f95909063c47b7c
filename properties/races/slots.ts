/**
 * hitl/slots: two schedulers step through two runs of a DAG with a tight pool and tight limits, while tasks park, are
 * answered and end.
 *
 * A parked task holds no slot, so that the others go on; it counts as an active instance of its task, so that the same task
 * of the other run does not.
 */
import fc, { type Arbitrary } from "fast-check";
import type { Dag } from "../../model/dag.ts";
import { clausesOf } from "../../model/mutants/clauses-of.ts";
import { mutantsOf } from "../../model/mutants/index.ts";
import type { Protocol } from "../../model/protocol.ts";
import { observeWholeState } from "../../model/whole-state.ts";
import type { ProtocolState } from "../../model/state.ts";
import { RUN_START_MS } from "../../sim/race/run.ts";
import type { Actor, ActorContext, Race } from "../../sim/race/race.ts";
import { answerForm, onlyOf, openForm } from "./acting.ts";
import { befallen, faultArbitrary, type Fault } from "./faults.ts";
import { hitlRace } from "./hitl-race.ts";
import { DAG_ID, form, stateWith, taskRow } from "./initial-state.ts";
import { perform } from "./perform.ts";

/** The task that asks, and where it runs at the start. */
const ASKING = "r1.ask";

/** Steps that the closing scheduler makes: enough for every chain of tasks. */
const CLOSING_ROUNDS = 4;

/** One run's data. */
export interface SlotsData {
  readonly slots: 1 | 2;
  readonly includeDeferred: boolean;
  readonly maxActiveTasks: 1 | 2;
  readonly maxActiveTisPerDag: 1 | null;
  /** What the asking task does: parks, defers, or only ends. */
  readonly waits: "parks" | "defers" | "no";
  readonly answers: boolean;
  /** Whether somebody marks the other task of the first run. */
  readonly marks: boolean;
  /** Whether a third scheduler looks for free slots too. */
  readonly third: boolean;
  /** Tasks that the first scheduler queues at most, and runs that it examines. */
  readonly limit: 1 | 20;
  readonly fault: Fault;
  /** Who takes part beside the closing; everybody unless told. */
  readonly only?: readonly string[];
}

const data: Arbitrary<SlotsData> = fc.record({
  slots: fc.constantFrom(1 as const, 2 as const),
  includeDeferred: fc.boolean(),
  maxActiveTasks: fc.constantFrom(1 as const, 2 as const),
  maxActiveTisPerDag: fc.constantFrom(1 as const, null),
  waits: fc.constantFrom("parks" as const, "parks" as const, "defers" as const, "no" as const),
  answers: fc.boolean(),
  marks: fc.constantFrom(false, false, true),
  third: fc.boolean(),
  limit: fc.constantFrom(1 as const, 20 as const),
  fault: faultArbitrary(8),
});

const base: SlotsData = {
  slots: 1,
  includeDeferred: false,
  maxActiveTasks: 2,
  maxActiveTisPerDag: null,
  waits: "no",
  answers: false,
  marks: false,
  third: false,
  limit: 20,
  fault: { kind: "none" },
};

/** By name; see Race.exhaustive. */
const exhaustive: Readonly<Record<string, SlotsData>> = {
  "two schedulers": { ...base, only: ["scheduler1", "scheduler2"] },
  "two schedulers, one of them takes one run and one task": {
    ...base,
    limit: 1,
    only: ["scheduler1", "scheduler2"],
  },
  "a scheduler, a queuer, and a task that ends": {
    ...base,
    third: true,
    only: ["worker", "scheduler1", "scheduler3"],
  },
};

/** Over the reference. */
export const slotsRace: Race<ProtocolState, SlotsData> = hitlRace({
  name: "hitl/slots",
  description:
    "Two schedulers queue the tasks of two runs into a tight pool, while a task parks and is answered.",
  data,
  exhaustive,
  initial: ({ slots, includeDeferred }: SlotsData) =>
    stateWith({
      runs: ["r1", "r2"].map((runId) => ({ dagId: DAG_ID, runId, state: "running", startMs: RUN_START_MS })),
      pools: [
        { pool: "default_pool", slots, includeDeferred },
        { pool: "other_pool", slots: 1, includeDeferred },
      ],
      tasks: [
        taskRow({ id: ASKING, runId: "r1", taskId: "ask", state: "running", invocationId: "ask-run" }),
        taskRow({ id: "r1.work", runId: "r1", taskId: "work" }),
        taskRow({ id: "r2.ask", runId: "r2", taskId: "ask" }),
      ],
    }),
  actors: actorsOf,
  mustSee: [
    "queue some",
    "queue nothing",
    "schedule 200",
    "park awaiting_input",
    "defer deferred",
    "respond 200",
  ],
  mutants: [
    ...mutantsOf(25, 31),
    ...clausesOf(
      "queue.lockPools without FOR UPDATE",
      "queue.lockPools decided before the lock",
      "queue.lockTasks without FOR UPDATE",
      "queue.lockTasks without OF",
      "queue.lockTasks without ORDER BY",
      "queue.lockTasks without LIMIT",
      "queue.lockTasks without the state predicate",
      "queue.lockTasks decided before the lock",
      "schedule.lockRuns without SKIP LOCKED",
      "schedule.lockRuns without ORDER BY",
      "schedule.lockRuns without LIMIT",
      "schedule.lockTasks without FOR UPDATE",
      "schedule.lockTasks decided before the lock",
    ),
  ],
});

function dagOf({ maxActiveTasks, maxActiveTisPerDag }: SlotsData): Dag {
  const unlimited = { upstream: [], maxActiveTisPerDag: null, maxActiveTisPerDagRun: null };
  return {
    dagId: DAG_ID,
    maxActiveTasks,
    tasks: [
      { ...unlimited, taskId: "ask", maxActiveTisPerDag },
      { ...unlimited, taskId: "work" },
    ],
  };
}

function actorsOf(protocol: Protocol, data: SlotsData): Readonly<Record<string, Actor>> {
  const all: Readonly<Record<string, Actor>> = {
    worker: (context) => worker(context, protocol, data),
    ...(data.answers ? { alice: (context) => alice(context, protocol) } : {}),
    scheduler1: befallen((context) => step(context, protocol, dagOf(data), data.limit), data.fault),
    scheduler2: (context) => step(context, protocol, dagOf(data)),
    ...(data.third ? { scheduler3: (context) => third(context, protocol, dagOf(data)) } : {}),
    ...(data.marks ? { marker: (context) => marker(context, protocol) } : {}),
    closing: (context) => closing(context, protocol, dagOf(data)),
  };
  return onlyOf(all, data.only);
}

async function step(context: ActorContext, protocol: Protocol, dag: Dag, limit?: number): Promise<void> {
  await perform(context, "schedule", protocol.schedule, { dag, now: context.now(), limit });
  await perform(context, "queue", protocol.queue, { dag, limit });
}

async function third(context: ActorContext, protocol: Protocol, dag: Dag): Promise<void> {
  await perform(context, "queue", protocol.queue, { dag });
}

async function marker(context: ActorContext, protocol: Protocol): Promise<void> {
  await perform(context, "mark", protocol.mark, { taskInstanceId: "r1.work", state: "success" });
}

async function worker(context: ActorContext, protocol: Protocol, { waits }: SlotsData): Promise<void> {
  const run = { taskInstanceId: ASKING, invocationId: "ask-run" };
  if (waits === "no") {
    await perform(context, "finish", protocol.finish, { ...run, state: "success" });
    return;
  }
  await perform(context, "ask", protocol.ask, { ...run, request: form, now: context.now() });
  const waiting = {
    ...run,
    timeoutMs: null,
    nextMethod: "execute_complete",
    nextKwargs: {},
    now: context.now(),
  };
  if (waits === "parks") await perform(context, "park", protocol.park, waiting);
  else await perform(context, "defer", protocol.defer, { ...waiting, triggerId: 1 });
}

async function alice(context: ActorContext, protocol: Protocol): Promise<void> {
  const createdAt = await openForm(context, ASKING);
  if (createdAt !== undefined)
    await answerForm(context, protocol, ASKING, createdAt, { chosenOptions: ["approve"] });
}

/** Steps and runs what is queued until nothing moves any more; the last step is one of the scheduler. */
async function closing(context: ActorContext, protocol: Protocol, dag: Dag): Promise<void> {
  await context.afterOthers();
  for (let round = 1; round <= CLOSING_ROUNDS; round += 1) {
    await step(context, protocol, dag);
    const { tasks } = await observeWholeState(context.db);
    const queued = tasks.filter(({ state }) => state === "queued");
    if (queued.length === 0) return;
    for (const { id: taskInstanceId } of queued) {
      const run = { taskInstanceId, invocationId: `closing-run-${round}` };
      await perform(context, "start", protocol.start, run);
      await perform(context, "finish", protocol.finish, { ...run, state: "success" });
    }
  }
  await step(context, protocol, dag);
}
