/**
 * hitl/fast-park: a task whose request is answered already parks, while somebody takes its run: a scheduler step, the run's
 * timeout, or a deletion.
 *
 * The fast park writes its task twice in one transaction, and then Postgres checks the task's foreign key with a KEY SHARE lock
 * on dag_run: why dag_run is locked FOR NO KEY UPDATE.
 */
import fc, { type Arbitrary } from "fast-check";
import type { Dag } from "../../model/dag.ts";
import { clausesOf } from "../../model/mutants/clauses-of.ts";
import type { Protocol } from "../../model/protocol.ts";
import type { ProtocolState } from "../../model/state.ts";
import { RUN_START_MS } from "../../sim/race/run.ts";
import type { Actor, ActorContext, Race } from "../../sim/race/race.ts";
import { runTask } from "./acting.ts";
import { hitlRace } from "./hitl-race.ts";
import { DAG_ID, detailRow, form, RUN_ID, stateWith, taskRow } from "./initial-state.ts";
import { perform } from "./perform.ts";

const TASK = "task";
const dag: Dag = { dagId: DAG_ID, maxActiveTasks: 16, tasks: [] };

/** One run's data: who takes the run. */
export interface FastParkData {
  readonly taker: "schedule" | "timeoutRun" | "deleteRun";
}

const data: Arbitrary<FastParkData> = fc.record({
  taker: fc.constantFrom("schedule" as const, "timeoutRun" as const, "deleteRun" as const),
});

/** By name; see Race.exhaustive. */
const exhaustive: Readonly<Record<string, FastParkData>> = {
  "a scheduler step": { taker: "schedule" },
  "the run's timeout": { taker: "timeoutRun" },
  "a deletion": { taker: "deleteRun" },
};

/** Over the reference. */
export const fastPark: Race<ProtocolState, FastParkData> = hitlRace({
  name: "hitl/fast-park",
  description: "A task that is answered already parks while somebody takes its run.",
  data,
  exhaustive,
  initial: () =>
    stateWith({
      tasks: [taskRow({ id: TASK, state: "running", invocationId: "task-run" })],
      details: [
        detailRow(TASK, {
          respondedMs: RUN_START_MS,
          respondedBy: { id: "alice", name: "alice" },
          chosenOptions: ["approve"],
          paramsInput: {},
        }),
      ],
    }),
  actors: actorsOf,
  mustSee: ["park scheduled", "park 404", "park 409", "schedule 200", "timeoutRun 200", "deleteRun 200"],
  mutants: clausesOf(
    "schedule.lockRuns with FOR UPDATE in place of FOR NO KEY UPDATE",
    "timeoutRun.lockRun with FOR UPDATE in place of FOR NO KEY UPDATE",
    "deleteRun.lockRun with FOR UPDATE in place of FOR NO KEY UPDATE",
  ),
});

function actorsOf(protocol: Protocol, { taker }: FastParkData): Readonly<Record<string, Actor>> {
  return {
    worker: (context) => worker(context, protocol),
    taker: (context) => takeRun(context, protocol, taker),
    closing: async (context) => {
      await context.afterOthers();
      await runTask(context, protocol, TASK, "closing-run", form);
    },
  };
}

async function worker(context: ActorContext, protocol: Protocol): Promise<void> {
  await perform(context, "park", protocol.park, {
    taskInstanceId: TASK,
    invocationId: "task-run",
    timeoutMs: null,
    nextMethod: "execute_complete",
    nextKwargs: {},
    now: context.now(),
  });
}

async function takeRun(
  context: ActorContext,
  protocol: Protocol,
  taker: FastParkData["taker"],
): Promise<void> {
  const run = { dagId: DAG_ID, runId: RUN_ID };
  const now = context.now();
  if (taker === "schedule") await perform(context, taker, protocol.schedule, { dag, now });
  else if (taker === "deleteRun") await perform(context, taker, protocol.deleteRun, run);
  else await perform(context, taker, protocol.timeoutRun, { ...run, timeoutMs: 0, now });
}
