/**
 * hitl/queue-order: a scheduler step locks the tasks of a run in the order of their ids, queueing takes them in the order in
 * which they were scheduled, and somebody marks one of them: why queueing must skip what is held, and lock pools in one order.
 */
import fc, { type Arbitrary } from "fast-check";
import type { Dag } from "../../model/dag.ts";
import { clausesOf } from "../../model/mutants/clauses-of.ts";
import type { Protocol } from "../../model/protocol.ts";
import type { ProtocolState } from "../../model/state.ts";
import { RUN_START_MS } from "../../sim/race/run.ts";
import type { Actor, ActorContext, Race } from "../../sim/race/race.ts";
import { hitlRace } from "./hitl-race.ts";
import { DAG_ID, stateWith, taskRow } from "./initial-state.ts";
import { perform } from "./perform.ts";

/** Id of the task that was scheduled last, and of the one that was scheduled first. */
const LAST = "a";
const FIRST = "b";

/** One run's data. */
export interface QueueOrderData {
  readonly marked: typeof FIRST | typeof LAST | null;
  readonly schedules: boolean;
  /** How many schedulers queue. */
  readonly queuers: 1 | 2 | 3;
}

const data: Arbitrary<QueueOrderData> = fc.record({
  marked: fc.constantFrom(FIRST, LAST, null),
  schedules: fc.boolean(),
  queuers: fc.constantFrom(1 as const, 2 as const, 3 as const),
});

/** By name; see Race.exhaustive. */
const exhaustive: Readonly<Record<string, QueueOrderData>> = {
  "two queuers and a mark": { marked: FIRST, schedules: false, queuers: 2 },
  "two queuers and a scheduler": { marked: null, schedules: true, queuers: 2 },
  "three queuers": { marked: null, schedules: false, queuers: 3 },
};

const dag: Dag = { dagId: DAG_ID, maxActiveTasks: 16, tasks: [] };

/** Over the reference. */
export const queueOrder: Race<ProtocolState, QueueOrderData> = hitlRace({
  name: "hitl/queue-order",
  description:
    "Schedulers step and queue two tasks, each in an order of its own, while somebody marks one of them.",
  data,
  exhaustive,
  initial: () =>
    stateWith({
      pools: ["default_pool", "other_pool"].map((pool) => ({ pool, slots: 4, includeDeferred: false })),
      tasks: [
        taskRow({ id: LAST, state: "scheduled", scheduledMs: RUN_START_MS - 1 }),
        taskRow({ id: FIRST, state: "scheduled", scheduledMs: RUN_START_MS - 2 }),
      ],
    }),
  actors: actorsOf,
  mustSee: ["queue some", "queue nothing", "schedule 200", "mark success"],
  mutants: clausesOf("queue.lockTasks without SKIP LOCKED", "queue.lockPools without ORDER BY"),
});

function actorsOf(protocol: Protocol, data: QueueOrderData): Readonly<Record<string, Actor>> {
  const { marked, schedules, queuers } = data;
  const queuer: Actor = (context) => queueOnce(context, protocol);
  return {
    ...(marked === null ? {} : { marker: (context) => marker(context, protocol, marked) }),
    ...(schedules ? { scheduler: (context) => scheduler(context, protocol) } : {}),
    queuer1: queuer,
    ...(queuers > 1 ? { queuer2: queuer } : {}),
    ...(queuers > 2 ? { queuer3: queuer } : {}),
    closing: async (context) => {
      await context.afterOthers();
      await queueOnce(context, protocol);
    },
  };
}

async function queueOnce(context: ActorContext, protocol: Protocol): Promise<void> {
  await perform(context, "queue", protocol.queue, { dag });
}

async function scheduler(context: ActorContext, protocol: Protocol): Promise<void> {
  await perform(context, "schedule", protocol.schedule, { dag, now: context.now() });
}

async function marker(context: ActorContext, protocol: Protocol, id: string): Promise<void> {
  await perform(context, "mark", protocol.mark, { taskInstanceId: id, state: "success" });
}
