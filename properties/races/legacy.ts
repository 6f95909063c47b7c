/**
 * hitl/legacy: during an upgrade, an old task is deferred to a trigger and a new one parks; people answer through the new API
 * server or through an old one that only records; both tasks meet their deadline at the same time.
 *
 * The old server knows neither AWAITING_INPUT nor the resume: what it records of a parked task stays until the sweep finds it
 * (so everything here has a deadline), and it records what comes too late. I2, I4 and I7 do not hold of its answers.
 */
import fc, { type Arbitrary } from "fast-check";
import { clausesOf } from "../../model/mutants/clauses-of.ts";
import { mutantsOf } from "../../model/mutants/index.ts";
import type { Protocol } from "../../model/protocol.ts";
import { SWEEP_INTERVAL_MS } from "../../model/sweep.ts";
import type { ProtocolState } from "../../model/state.ts";
import type { Actor, ActorContext, Race } from "../../sim/race/race.ts";
import { answerForm, onlyOf, openForm, runTask, sleepUntil, surviving } from "./acting.ts";
import { befallen, faultArbitrary, type Fault } from "./faults.ts";
import { hitlRace } from "./hitl-race.ts";
import { form, stateWith, taskRow } from "./initial-state.ts";
import { perform } from "./perform.ts";

const OLD = "old";
const NEW = "new";
const TRIGGER = 1;
const DEADLINE_MS = 1_000;

type Server = "respond" | "record";

/** One run's data. */
export interface LegacyData {
  readonly defaults: readonly string[] | null;
  /** When somebody answers the old task and the new one, and through which server; null: never. */
  readonly oldMs: number | null;
  readonly oldBy: Server;
  readonly newMs: number | null;
  readonly newBy: Server;
  readonly pollMs: number;
  readonly sweepMs: number;
  /** When the old task is marked failed; null: never. */
  readonly markMs: number | null;
  readonly triggererFault: Fault;
  /** Who takes part beside the closing; everybody unless told. */
  readonly only?: readonly string[];
}

const server: Arbitrary<Server> = fc.constantFrom("respond" as const, "record" as const);
const answerMs = fc.constantFrom(0, DEADLINE_MS + 3, DEADLINE_MS + 3, null);
const lookMs = fc.constantFrom(DEADLINE_MS + 2, DEADLINE_MS + 3, DEADLINE_MS + 4);

const data: Arbitrary<LegacyData> = fc.record({
  defaults: fc.constantFrom(null, ["approve"]),
  oldMs: answerMs,
  oldBy: server,
  newMs: answerMs,
  newBy: server,
  pollMs: lookMs,
  sweepMs: lookMs,
  markMs: fc.constantFrom(null, 0, DEADLINE_MS + 3, DEADLINE_MS + 3),
  triggererFault: faultArbitrary(8),
});

const base: LegacyData = {
  defaults: null,
  oldMs: null,
  oldBy: "respond",
  newMs: null,
  newBy: "respond",
  pollMs: DEADLINE_MS + 2,
  sweepMs: DEADLINE_MS + 2,
  markMs: null,
  triggererFault: { kind: "none" },
};

/** By name; see Race.exhaustive. */
const exhaustive: Readonly<Record<string, LegacyData>> = {
  "a trigger and a mark": { ...base, markMs: DEADLINE_MS + 3, only: ["oldWorker", "triggerer", "marker"] },
};

/** Over the reference. */
export const legacy: Race<ProtocolState, LegacyData> = hitlRace({
  name: "hitl/legacy",
  description:
    "An old task deferred to a trigger and a new one that parks, an old API server beside the new one.",
  data,
  exhaustive,
  initial: () =>
    stateWith({
      tasks: [
        taskRow({ id: NEW, state: "running", invocationId: "new-run" }),
        taskRow({ id: OLD, state: "running", invocationId: "old-run" }),
      ],
    }),
  actors: actorsOf,
  mustSee: [
    "defer deferred",
    "park awaiting_input",
    "poll 200",
    "poll 409",
    "fire 200",
    "record 200",
    "record 409",
    "respond 200",
    "respond 409",
    "sweep answer",
    "sweep default",
    "sweep timeout",
    "mark failed",
  ],
  mutants: [
    ...mutantsOf(10, 26, 27),
    ...clausesOf(
      "sweep.lockTasks without the state predicate",
      "sweep.lockDetails without FOR UPDATE",
      "sweep.lockDetails decided before the lock",
      "defer",
      "poll",
      "fire",
      "record",
    ),
  ],
  without: ["I2", "I4", "I7"],
});

function actorsOf(protocol: Protocol, data: LegacyData): Readonly<Record<string, Actor>> {
  const { oldMs, newMs, markMs } = data;
  const all: Readonly<Record<string, Actor>> = {
    oldWorker: (context) => oldWorker(context, protocol, data),
    newWorker: (context) => newWorker(context, protocol, data),
    ...(oldMs === null ? {} : { alice: (context) => answer(context, protocol, OLD, oldMs, data.oldBy) }),
    ...(newMs === null ? {} : { bob: (context) => answer(context, protocol, NEW, newMs, data.newBy) }),
    triggerer: befallen((context) => triggerer(context, protocol, data.pollMs), data.triggererFault),
    scheduler: (context) => scheduler(context, protocol, data.sweepMs),
    ...(markMs === null ? {} : { marker: (context) => marker(context, protocol, markMs) }),
    closing: (context) => closing(context, protocol),
  };
  return onlyOf(all, data.only);
}

async function oldWorker(context: ActorContext, protocol: Protocol, { defaults }: LegacyData): Promise<void> {
  const run = { taskInstanceId: OLD, invocationId: "old-run" };
  const request = { ...form, defaults };
  await perform(context, "ask", protocol.ask, { ...run, request, now: context.now() });
  await perform(context, "defer", protocol.defer, {
    ...run,
    triggerId: TRIGGER,
    timeoutMs: DEADLINE_MS - context.now().getMilliseconds(),
    nextMethod: "execute_complete",
    nextKwargs: {},
    now: context.now(),
  });
}

async function newWorker(context: ActorContext, protocol: Protocol, { defaults }: LegacyData): Promise<void> {
  const run = { taskInstanceId: NEW, invocationId: "new-run" };
  const request = { ...form, defaults };
  await perform(context, "ask", protocol.ask, { ...run, request, now: context.now() });
  await perform(context, "park", protocol.park, {
    ...run,
    timeoutMs: DEADLINE_MS - context.now().getMilliseconds(),
    nextMethod: "execute_complete",
    nextKwargs: {},
    now: context.now(),
  });
}

async function answer(
  context: ActorContext,
  protocol: Protocol,
  id: string,
  timeMs: number,
  by: Server,
): Promise<void> {
  await sleepUntil(context, timeMs);
  const createdAt = await openForm(context, id);
  if (createdAt !== undefined)
    await answerForm(context, protocol, id, createdAt, { chosenOptions: ["reject"] }, by);
}

async function triggerer(context: ActorContext, protocol: Protocol, timeMs: number): Promise<void> {
  await sleepUntil(context, timeMs);
  await pollAndFire(context, protocol);
}

async function pollAndFire(context: ActorContext, protocol: Protocol): Promise<void> {
  const trigger = { taskInstanceId: OLD, triggerId: TRIGGER };
  const polled = await perform(context, "poll", protocol.poll, { ...trigger, now: context.now() });
  if (polled.status !== 200 || polled.event === null) return;
  await perform(context, "fire", protocol.fire, { ...trigger, event: polled.event, now: context.now() });
}

async function scheduler(context: ActorContext, protocol: Protocol, timeMs: number): Promise<void> {
  await sleepUntil(context, timeMs);
  await surviving(() => perform(context, "sweep", protocol.sweep, { now: context.now() }));
}

async function marker(context: ActorContext, protocol: Protocol, timeMs: number): Promise<void> {
  await sleepUntil(context, timeMs);
  await perform(context, "mark", protocol.mark, { taskInstanceId: OLD, state: "failed" });
}

/** The trigger looks again, the scheduler sweeps again, and what is resumed runs. */
async function closing(context: ActorContext, protocol: Protocol): Promise<void> {
  await context.afterOthers();
  await context.sleep(SWEEP_INTERVAL_MS);
  await pollAndFire(context, protocol);
  await perform(context, "sweep", protocol.sweep, { now: context.now() });
  await runTask(context, protocol, OLD, "closing-old", form);
  await runTask(context, protocol, NEW, "closing-new", form);
}
