/**
 * hitl/clear: what is done to a waiting task from outside: cleared, skipped by the run's timeout, deleted with its run; while
 * a person answers it, a worker runs it, and another task of the run parks.
 */
import fc, { type Arbitrary } from "fast-check";
import { executeComplete } from "../../model/execute-complete.ts";
import { completeFlavour, type Flavour } from "../../model/flavours.ts";
import type { Dag } from "../../model/dag.ts";
import { clausesOf } from "../../model/mutants/clauses-of.ts";
import { mutantsOf } from "../../model/mutants/index.ts";
import type { Protocol } from "../../model/protocol.ts";
import type { ProtocolState } from "../../model/state.ts";
import { RUN_START_MS } from "../../sim/race/run.ts";
import type { Actor, ActorContext, Race } from "../../sim/race/race.ts";
import { answerForm, openForm, runTask, startTask } from "./acting.ts";
import { hitlRace } from "./hitl-race.ts";
import { DAG_ID, detailRow, form, parkedRow, RUN_ID, stateWith, taskRow } from "./initial-state.ts";
import { perform } from "./perform.ts";

const TASK = "task";
const OTHER = "other";
const NEW_ID = "task-again";

const dag: Dag = {
  dagId: DAG_ID,
  maxActiveTasks: 16,
  tasks: [
    { taskId: TASK, upstream: [], maxActiveTisPerDag: null, maxActiveTisPerDagRun: null },
    { taskId: OTHER, upstream: [], maxActiveTisPerDag: null, maxActiveTisPerDagRun: null },
    { taskId: "after", upstream: [TASK], maxActiveTisPerDag: null, maxActiveTisPerDagRun: null },
    { taskId: "later", upstream: [TASK], maxActiveTisPerDag: null, maxActiveTisPerDagRun: null },
  ],
};

const APPROVAL: Flavour = {
  kind: "approval",
  approve: "approve",
  failOnReject: false,
  downstream: ["after", "later"],
};

/** One run's data: who takes part. */
export interface ClearData {
  /** Clears only the waiting task, or whatever it is. */
  readonly clear: "waiting" | "any" | "no";
  /** Whether the clear's reply is lost, and it is sent again. */
  readonly clearAgain: boolean;
  readonly responds: boolean;
  readonly runs: boolean;
  readonly timesOut: boolean;
  /** How many people delete the run. */
  readonly deletes: 0 | 1 | 2;
  /** Whether somebody marks a task downstream. */
  readonly marks: boolean;
  /** Whether the other task parks. */
  readonly parks: boolean;
  /** Whether the other task is answered too, perhaps before it parks. */
  readonly hurries: boolean;
  readonly schedules: boolean;
  /** What Alice chooses; a rejection skips what is downstream. */
  readonly choice: "approve" | "reject";
}

const seldom = fc.oneof(
  { weight: 3, arbitrary: fc.constant(false) },
  { weight: 1, arbitrary: fc.constant(true) },
);
const often = fc.oneof(
  { weight: 1, arbitrary: fc.constant(false) },
  { weight: 3, arbitrary: fc.constant(true) },
);

const data: Arbitrary<ClearData> = fc.record({
  clear: fc.constantFrom("waiting" as const, "any" as const, "no" as const),
  clearAgain: seldom,
  responds: often,
  runs: often,
  timesOut: seldom,
  deletes: fc.constantFrom(0 as const, 0 as const, 0 as const, 1 as const, 2 as const),
  marks: seldom,
  parks: often,
  hurries: often,
  schedules: fc.boolean(),
  choice: fc.constantFrom("approve" as const, "reject" as const),
});

const base: ClearData = {
  clear: "no",
  clearAgain: false,
  responds: false,
  runs: false,
  timesOut: false,
  deletes: 0,
  marks: false,
  parks: false,
  hurries: false,
  schedules: false,
  choice: "approve",
};

/** By name; see Race.exhaustive. */
const exhaustive: Readonly<Record<string, ClearData>> = {
  "a clear, a deletion and an answer": { ...base, clear: "any", deletes: 1, responds: true },
  "a clear and two deletions": { ...base, clear: "any", deletes: 2 },
  "a clear, a deletion and a scheduler": { ...base, clear: "any", deletes: 1, schedules: true },
  "a deletion while another task asks and parks": { ...base, deletes: 1, parks: true },
};

/** Over the reference. */
export const clearing: Race<ProtocolState, ClearData> = hitlRace({
  name: "hitl/clear",
  description: "A waiting task is cleared, timed out or deleted with its run while it is answered and run.",
  data,
  exhaustive,
  initial: () =>
    stateWith({
      tasks: [
        taskRow({ id: "after" }),
        taskRow({ id: "later" }),
        taskRow({ id: OTHER, state: "running", invocationId: "other-run" }),
        parkedRow(TASK, null),
      ],
      details: [detailRow(TASK)],
      runs: [{ dagId: DAG_ID, runId: RUN_ID, state: "running", startMs: RUN_START_MS }],
    }),
  actors: actorsOf,
  mustSee: [
    "clear 200",
    "clear 404",
    "clear 409",
    "timeoutRun 200",
    "timeoutRun 409",
    "deleteRun 200",
    "respond 200",
    "respond 404",
    "respond 409",
    "park 404",
    "park 409",
    "schedule 200",
    "finish success",
    "skip 200",
  ],
  mutants: [
    ...mutantsOf(8, 16, 20, 21, 28),
    ...clausesOf(
      "enqueue",
      "finish",
      "schedule.lockRuns without FOR UPDATE",
      "schedule.lockRuns without the state predicate",
      "schedule.lockRuns decided before the lock",
      "schedule.lockTasks without ORDER BY",
      "clear.lockRun without FOR UPDATE",
      "clear.lockRun decided before the lock",
      "clear.lockTask",
      "timeoutRun.lockRun without FOR UPDATE",
      "timeoutRun.lockRun decided before the lock",
      "timeoutRun.lockTasks",
      "deleteRun.lockRun without FOR UPDATE",
      "deleteRun.lockRun decided before the lock",
      "deleteRun.lockTasks",
      "skip",
    ),
  ],
});

function actorsOf(protocol: Protocol, data: ClearData): Readonly<Record<string, Actor>> {
  return {
    ...(data.clear === "no" ? {} : { clearer: (context) => clearer(context, protocol, data) }),
    ...(data.responds ? { alice: (context) => answer(context, protocol, TASK, data.choice) } : {}),
    ...(data.runs ? { runner: (context) => runner(context, protocol) } : {}),
    ...(data.timesOut ? { timer: (context) => timer(context, protocol) } : {}),
    ...(data.deletes > 0 ? { deleter: (context) => deleter(context, protocol) } : {}),
    ...(data.deletes > 1 ? { deleter2: (context) => deleter(context, protocol) } : {}),
    ...(data.marks ? { marker: (context) => marker(context, protocol) } : {}),
    ...(data.parks ? { worker: (context) => worker(context, protocol) } : {}),
    ...(data.parks && data.hurries ? { dora: (context) => answer(context, protocol, OTHER, "approve") } : {}),
    ...(data.schedules ? { scheduler: (context) => scheduler(context, protocol) } : {}),
    closing: (context) => closing(context, protocol),
  };
}

async function clearer(context: ActorContext, protocol: Protocol, data: ClearData): Promise<void> {
  const onlyStates = data.clear === "waiting" ? ["awaiting_input"] : null;
  const run = { dagId: DAG_ID, runId: RUN_ID };
  const input = { ...run, taskInstanceId: TASK, newId: NEW_ID, onlyStates };
  await perform(context, "clear", protocol.clear, input);
  if (data.clearAgain) await perform(context, "clear", protocol.clear, input);
}

async function answer(context: ActorContext, protocol: Protocol, id: string, choice: string): Promise<void> {
  const createdAt = await openForm(context, id);
  if (createdAt !== undefined)
    await answerForm(context, protocol, id, createdAt, { chosenOptions: [choice] });
}

/** Runs what was resumed, as an approval: a rejection skips the task downstream, and is a success itself. */
async function runner(context: ActorContext, protocol: Protocol): Promise<void> {
  for (let tries = 0; tries < 3; tries += 1) {
    if (tries > 0) await context.sleep(2);
    const run = { taskInstanceId: TASK, invocationId: "runner-run" };
    const started = await startTask(context, protocol, TASK, run.invocationId);
    if (started === undefined) continue;
    const { state, skip } = completeFlavour(APPROVAL, executeComplete(started, form));
    if (skip.length > 0)
      await perform(context, "skip", protocol.skip, { dagId: DAG_ID, runId: RUN_ID, taskIds: skip });
    await perform(context, "finish", protocol.finish, { ...run, state });
    return;
  }
}

async function timer(context: ActorContext, protocol: Protocol): Promise<void> {
  const input = { dagId: DAG_ID, runId: RUN_ID, timeoutMs: 0, now: context.now() };
  await perform(context, "timeoutRun", protocol.timeoutRun, input);
}

async function deleter(context: ActorContext, protocol: Protocol): Promise<void> {
  await perform(context, "deleteRun", protocol.deleteRun, { dagId: DAG_ID, runId: RUN_ID });
}

async function marker(context: ActorContext, protocol: Protocol): Promise<void> {
  await perform(context, "mark", protocol.mark, { taskInstanceId: "after", state: "success" });
}

async function worker(context: ActorContext, protocol: Protocol): Promise<void> {
  const run = { taskInstanceId: OTHER, invocationId: "other-run" };
  await perform(context, "ask", protocol.ask, { ...run, request: form, now: context.now() });
  const parking = { ...run, timeoutMs: null, nextMethod: "execute_complete", nextKwargs: {} };
  await perform(context, "park", protocol.park, { ...parking, now: context.now() });
}

async function scheduler(context: ActorContext, protocol: Protocol): Promise<void> {
  await perform(context, "schedule", protocol.schedule, { dag, now: context.now() });
}

/** The scheduler goes on, and the cleared task runs afresh. */
async function closing(context: ActorContext, protocol: Protocol): Promise<void> {
  await context.afterOthers();
  await perform(context, "schedule", protocol.schedule, { dag, now: context.now() });
  const input = { dagId: DAG_ID, runId: RUN_ID, timeoutMs: 3_600_000, now: context.now() };
  await perform(context, "timeoutRun", protocol.timeoutRun, input);
  await runTask(context, protocol, NEW_ID, "closing-run", form);
  await perform(context, "schedule", protocol.schedule, { dag, now: context.now() });
}
