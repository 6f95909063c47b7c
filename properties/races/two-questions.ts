/**
 * hitl/two-questions: one task asks twice, under two worker runs, while calls are delivered again, arrive late, crash or
 * are aborted.
 *
 * The first run asks A and parks for a second. What is resumed asks B in its second run, and parks again. Alice answers what
 * she sees; Bob opens a form early and sends it late.
 */
import fc, { type Arbitrary } from "fast-check";
import { clausesOf } from "../../model/mutants/clauses-of.ts";
import { mutantsOf } from "../../model/mutants/index.ts";
import type { Protocol } from "../../model/protocol.ts";
import type { HitlRequest } from "../../model/request.ts";
import { SWEEP_INTERVAL_MS } from "../../model/sweep.ts";
import type { ProtocolState } from "../../model/state.ts";
import type { Actor, ActorContext, Race } from "../../sim/race/race.ts";
import { answerForm, onlyOf, openForm, runTask, sleepUntil, startTask, surviving } from "./acting.ts";
import { befallen, faultArbitrary, type Fault } from "./faults.ts";
import { hitlRace, type HitlRace } from "./hitl-race.ts";
import { form, stateWith, taskRow } from "./initial-state.ts";
import { perform } from "./perform.ts";

const TASK = "task";
const DEADLINE_MS = 1_000;

/** One run's data. */
export interface TwoQuestionsData {
  readonly defaults: readonly string[] | null;
  /** Whether only Alice may answer A. */
  readonly onlyAlice: boolean;
  /** Whether the reply to the ask is lost, and it is sent again. */
  readonly askAgain: boolean;
  /** The same of the park; "late": when the second run may be under way. */
  readonly parkAgain: "no" | "at once" | "late";
  /** Whether the first run reports success although it has parked. */
  readonly lateReport: boolean;
  /** Milliseconds after the start at which Alice opens and answers the form; null: never. */
  readonly aliceMs: number | null;
  /** Whether Bob fills a number's field with a word. */
  readonly badParams: boolean;
  /** When somebody marks the task success; null: never. */
  readonly markMs: number | null;
  /** When Bob sends the form that he opens at the start; null: never. */
  readonly bobMs: number | null;
  readonly sweepMs: number;
  /** Deadline of B; null: none. */
  readonly secondTimeoutMs: number | null;
  readonly workerFault: Fault;
  readonly sweepFault: Fault;
  /** Who takes part beside the closing; everybody unless told. */
  readonly only?: readonly string[];
}

/** Draws the data of one run. */
const data: Arbitrary<TwoQuestionsData> = fc.record({
  defaults: fc.constantFrom(null, null, ["approve"]),
  onlyAlice: fc.constantFrom(false, false, false, true),
  askAgain: fc.boolean(),
  parkAgain: fc.constantFrom("no" as const, "at once" as const, "late" as const),
  lateReport: fc.boolean(),
  aliceMs: fc.constantFrom(0, 0, DEADLINE_MS, DEADLINE_MS + 12, null),
  bobMs: fc.constantFrom(null, DEADLINE_MS, DEADLINE_MS + 12),
  badParams: fc.constantFrom(false, false, true),
  markMs: fc.constantFrom(null, null, null, 0, DEADLINE_MS + 4, DEADLINE_MS + 12),
  sweepMs: fc.constantFrom(DEADLINE_MS - 1, DEADLINE_MS, DEADLINE_MS + 1),
  secondTimeoutMs: fc.constantFrom(null, 10),
  workerFault: faultArbitrary(12),
  sweepFault: faultArbitrary(5),
});

const base: TwoQuestionsData = {
  defaults: null,
  onlyAlice: false,
  askAgain: false,
  parkAgain: "no",
  lateReport: false,
  aliceMs: null,
  badParams: false,
  markMs: null,
  bobMs: null,
  sweepMs: DEADLINE_MS,
  secondTimeoutMs: 10,
  workerFault: { kind: "none" },
  sweepFault: { kind: "none" },
};

/** By name; see Race.exhaustive. */
const exhaustive: Readonly<Record<string, TwoQuestionsData>> = {
  "an answer while the task asks and parks": { ...base, aliceMs: 0, only: ["worker", "alice"] },
  "the park is sent again": { ...base, aliceMs: 0, parkAgain: "at once", only: ["worker", "alice"] },
};

/** The race's parts, for variants of it. */
export const parts: HitlRace<TwoQuestionsData> = {
  name: "hitl/two-questions",
  description:
    "One task asks twice under two worker runs, with lost replies, late calls, crashes and aborts.",
  data,
  exhaustive,
  initial: (): ProtocolState =>
    stateWith({ tasks: [taskRow({ id: TASK, state: "running", invocationId: "run-1" })] }),
  actors: actorsOf,
  mustSee: [
    "ask 200",
    "park awaiting_input",
    "park scheduled",
    "park 409",
    "respond 200",
    "respond 400",
    "respond 403",
    "respond 409",
    "finish 409",
  ],
  mutants: [
    ...mutantsOf(11, 17, 18, 19, 22, 23, 24, 29, 30),
    ...clausesOf("park.lockTask", "respond.lockTask", "start"),
  ],
};

/** Over the reference. */
export const twoQuestions: Race<ProtocolState, TwoQuestionsData> = hitlRace(parts);

const ALICE = { id: "alice", name: "alice" };
const PARAMS = { amount: { value: 1, schema: { type: "integer" } } };

/** What A asks. */
function first({ defaults, onlyAlice }: TwoQuestionsData): HitlRequest {
  return { ...form, subject: "A?", defaults, params: PARAMS, assignees: onlyAlice ? [ALICE] : [] };
}

/** What B asks. */
function second(): HitlRequest {
  return { ...form, subject: "B?", options: ["approve", "withdraw"], params: PARAMS };
}

function actorsOf(protocol: Protocol, data: TwoQuestionsData): Readonly<Record<string, Actor>> {
  const all: Readonly<Record<string, Actor>> = {
    worker: befallen((context) => firstRun(context, protocol, data), data.workerFault),
    ...(data.aliceMs === null ? {} : { alice: (context) => alice(context, protocol, data.aliceMs ?? 0) }),
    ...(data.bobMs === null ? {} : { bob: (context) => bob(context, protocol, data) }),
    ...(data.markMs === null ? {} : { marker: (context) => marker(context, protocol, data.markMs ?? 0) }),
    scheduler: befallen((context) => scheduler(context, protocol, data), data.sweepFault),
    runner: (context) => runner(context, protocol, data),
    closing: (context) => closing(context, protocol, data),
  };
  return onlyOf(all, data.only);
}

async function firstRun(context: ActorContext, protocol: Protocol, data: TwoQuestionsData): Promise<void> {
  const run = { taskInstanceId: TASK, invocationId: "run-1" };
  const asking = { ...run, request: first(data), now: context.now() };
  await perform(context, "ask", protocol.ask, asking);
  if (data.askAgain) await perform(context, "ask", protocol.ask, asking);
  const parking = { ...run, timeoutMs: DEADLINE_MS, nextMethod: "execute_complete", nextKwargs: {} };
  await perform(context, "park", protocol.park, { ...parking, now: context.now() });
  if (data.parkAgain === "late") await sleepUntil(context, DEADLINE_MS + 8);
  if (data.parkAgain !== "no")
    await perform(context, "park", protocol.park, { ...parking, now: context.now() });
  if (data.lateReport) await perform(context, "finish", protocol.finish, { ...run, state: "success" });
}

async function alice(context: ActorContext, protocol: Protocol, timeMs: number): Promise<void> {
  await sleepUntil(context, timeMs);
  const createdAt = await openForm(context, TASK);
  if (createdAt !== undefined)
    await answerForm(context, protocol, TASK, createdAt, { chosenOptions: ["approve"] });
}

async function bob(
  context: ActorContext,
  protocol: Protocol,
  { bobMs, badParams }: TwoQuestionsData,
): Promise<void> {
  const createdAt = await openForm(context, TASK);
  if (createdAt === undefined) return;
  await sleepUntil(context, bobMs ?? 0);
  const answer = { chosenOptions: ["approve"], paramsInput: badParams ? { amount: "much" } : {} };
  await answerForm(context, protocol, TASK, createdAt, answer);
}

async function marker(context: ActorContext, protocol: Protocol, timeMs: number): Promise<void> {
  await sleepUntil(context, timeMs);
  await perform(context, "mark", protocol.mark, { taskInstanceId: TASK, state: "success" });
}

async function scheduler(context: ActorContext, protocol: Protocol, data: TwoQuestionsData): Promise<void> {
  for (const timeMs of [data.sweepMs, DEADLINE_MS + 15]) {
    await sleepUntil(context, timeMs);
    await surviving(() => perform(context, "sweep", protocol.sweep, { now: context.now() }));
  }
}

/** Goes on with what was resumed: asks B and parks, or ends where A timed out. */
async function runner(context: ActorContext, protocol: Protocol, data: TwoQuestionsData): Promise<void> {
  const run = { taskInstanceId: TASK, invocationId: "run-2" };
  for (const timeMs of [DEADLINE_MS + 2, DEADLINE_MS + 6]) {
    await sleepUntil(context, timeMs);
    const started = await startTask(context, protocol, TASK, run.invocationId);
    if (started === undefined) continue;
    await perform(context, "ask", protocol.ask, { ...run, request: second(), now: context.now() });
    const { secondTimeoutMs: timeoutMs } = data;
    const parking = { ...run, timeoutMs, nextMethod: "execute_complete", nextKwargs: {} };
    await perform(context, "park", protocol.park, { ...parking, now: context.now() });
    return;
  }
}

/** Once everything is overdue: two sweeps, and what they resumed. */
async function closing(context: ActorContext, protocol: Protocol, data: TwoQuestionsData): Promise<void> {
  await context.afterOthers();
  await context.sleep(DEADLINE_MS + SWEEP_INTERVAL_MS);
  await surviving(() => perform(context, "sweep", protocol.sweep, { now: context.now() }));
  await runTask(
    context,
    protocol,
    TASK,
    "closing-run",
    data.secondTimeoutMs === null ? second() : first(data),
  );
}
