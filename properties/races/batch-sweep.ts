/**
 * hitl/batch-sweep: three overdue tasks, two schedulers that sweep at once, one of them aborted or crashing; one of the
 * tasks may be broken, one may be answered and one marked at that moment.
 */
import fc, { type Arbitrary } from "fast-check";
import type { Json } from "../../model/json.ts";
import { clausesOf } from "../../model/mutants/clauses-of.ts";
import { mutantsOf } from "../../model/mutants/index.ts";
import type { Protocol } from "../../model/protocol.ts";
import { SWEEP_INTERVAL_MS } from "../../model/sweep.ts";
import type { ProtocolState } from "../../model/state.ts";
import type { Actor, ActorContext, Race } from "../../sim/race/race.ts";
import { answerForm, onlyOf, openForm, runTask, sleepUntil, surviving } from "./acting.ts";
import { befallen, faultArbitrary, type Fault } from "./faults.ts";
import { hitlRace } from "./hitl-race.ts";
import { DAG_ID, detailRow, form, parkedRow, RUN_ID, stateWith } from "./initial-state.ts";
import { perform } from "./perform.ts";

const IDS = ["a", "b", "c"] as const;
type Id = (typeof IDS)[number];

/** When the schedulers sweep; every deadline has passed by then. */
const SWEEP_MS = 20;

/** One run's data. */
export interface BatchSweepData {
  readonly deadlinesMs: Readonly<Record<Id, number>>;
  /** Which of the requests have defaults. */
  readonly defaults: readonly Id[];
  /** The task whose next_kwargs cannot carry an event. */
  readonly broken: Id | null;
  readonly limit: 2 | 100;
  readonly answered: Id | null;
  readonly marked: Id | null;
  /** Whether the run's time is over at that moment too. */
  readonly timesOut: boolean;
  readonly fault: Fault;
  /** Who takes part beside the closing; everybody unless told. */
  readonly only?: readonly string[];
}

const some: Arbitrary<Id | null> = fc.constantFrom<(Id | null)[]>(...IDS, null);
const deadlineMs = fc.integer({ min: 5, max: 10 });

const data: Arbitrary<BatchSweepData> = fc.record({
  deadlinesMs: fc.record({ a: deadlineMs, b: deadlineMs, c: deadlineMs }),
  defaults: fc.subarray([...IDS]),
  broken: some,
  limit: fc.constantFrom(2 as const, 100 as const),
  answered: some,
  marked: some,
  timesOut: fc.constantFrom(false, false, true),
  fault: faultArbitrary(6),
});

const base: BatchSweepData = {
  deadlinesMs: { a: 6, b: 5, c: 7 },
  defaults: ["b"],
  broken: null,
  limit: 2,
  answered: null,
  marked: null,
  timesOut: false,
  fault: { kind: "none" },
};

/** By name; see Race.exhaustive. */
const exhaustive: Readonly<Record<string, BatchSweepData>> = {
  "two sweeps of three tasks, two at a time": base,
  "a sweep of two tasks of three, and the run's timeout": {
    ...base,
    timesOut: true,
    only: ["sweep1", "timer"],
  },
};

/** Over the reference. */
export const batchSweep: Race<ProtocolState, BatchSweepData> = hitlRace({
  name: "hitl/batch-sweep",
  description: "Two schedulers sweep three overdue tasks, one of which may be broken, answered or marked.",
  data,
  exhaustive,
  initial: ({ deadlinesMs, defaults, broken }: BatchSweepData) =>
    stateWith({
      tasks: IDS.map((id) =>
        parkedRow(id, deadlinesMs[id], { nextKwargs: id === broken ? (["broken"] as Json) : {} }),
      ),
      details: IDS.map((id) => detailRow(id, { defaults: defaults.includes(id) ? ["approve"] : null })),
    }),
  actors: actorsOf,
  mustSee: ["sweep default", "sweep timeout", "sweep nothing", "respond 200", "respond 409", "mark success"],
  mutants: [
    ...mutantsOf(12, 13, 14, 15),
    ...clausesOf(
      "sweep.lockTasks without FOR UPDATE",
      "sweep.lockTasks without SKIP LOCKED",
      "sweep.lockTasks without ORDER BY",
      "sweep.lockTasks without LIMIT",
      "sweep.lockTasks decided before the lock",
      "mark",
    ),
  ],
});

function actorsOf(protocol: Protocol, data: BatchSweepData): Readonly<Record<string, Actor>> {
  const { answered, marked, limit, fault } = data;
  const all: Readonly<Record<string, Actor>> = {
    ...(answered === null ? {} : { alice: (context) => alice(context, protocol, answered) }),
    ...(marked === null ? {} : { marker: (context) => marker(context, protocol, marked) }),
    ...(data.timesOut ? { timer: (context) => timer(context, protocol) } : {}),
    sweep1: befallen((context) => scheduler(context, protocol, limit), fault),
    sweep2: (context) => scheduler(context, protocol, limit),
    closing: (context) => closing(context, protocol, limit),
  };
  return onlyOf(all, data.only);
}

async function alice(context: ActorContext, protocol: Protocol, id: Id): Promise<void> {
  const createdAt = await openForm(context, id);
  await sleepUntil(context, SWEEP_MS);
  if (createdAt !== undefined)
    await answerForm(context, protocol, id, createdAt, { chosenOptions: ["reject"] });
}

async function marker(context: ActorContext, protocol: Protocol, id: Id): Promise<void> {
  await sleepUntil(context, SWEEP_MS);
  await perform(context, "mark", protocol.mark, { taskInstanceId: id, state: "success" });
}

async function timer(context: ActorContext, protocol: Protocol): Promise<void> {
  await sleepUntil(context, SWEEP_MS);
  const input = { dagId: DAG_ID, runId: RUN_ID, timeoutMs: 0, now: context.now() };
  await perform(context, "timeoutRun", protocol.timeoutRun, input);
}

async function scheduler(context: ActorContext, protocol: Protocol, limit: number): Promise<void> {
  await sleepUntil(context, SWEEP_MS);
  await surviving(() => perform(context, "sweep", protocol.sweep, { now: context.now(), limit }));
}

/** As many sweeps as three tasks can need, and one of the tasks that they resumed. */
async function closing(context: ActorContext, protocol: Protocol, limit: number): Promise<void> {
  await context.afterOthers();
  await context.sleep(SWEEP_INTERVAL_MS);
  for (let sweeps = 0; sweeps < Math.ceil(IDS.length / limit); sweeps += 1) {
    await surviving(() => perform(context, "sweep", protocol.sweep, { now: context.now(), limit }));
  }
  await runTask(context, protocol, "a", "closing-run", form);
}
