/**
 * The protocol's operations around one request that stands already: small enough to run every interleaving.
 */
import fc from "fast-check";
import { atEveryCommit, atTheEnd, liveness } from "../../model/invariants/index.ts";
import { mutantsOf } from "../../model/mutants/index.ts";
import { reference, type Protocol } from "../../model/protocol.ts";
import { schema } from "../../model/schema.ts";
import { observeState, type ProtocolState } from "../../model/state.ts";
import { SWEEP_INTERVAL_MS } from "../../model/sweep.ts";
import type { Actor, ActorContext, Queryable, Race } from "../../sim/race/race.ts";
import { perform } from "./perform.ts";

/** Who acts on the task, which is running or waits for the answer. */
export interface OneRequestData {
  readonly state: "running" | "awaiting_input";
  readonly actors: readonly ("worker" | "alice" | "bob" | "scheduler" | "marker")[];
}

const TASK = "task";
const WORKER = "worker-run";
/** Milliseconds to the deadline of a task that waits, and of one that is parked. */
const TIMEOUT_MS = 1_000;

/** Those that one request and two actors can show. */
const mutants = mutantsOf(1, 2, 3, 4, 5, 6, 7, 9);

/** Over the reference protocol; `mutate` gives it over a wrong one. */
export const oneRequest: Race<ProtocolState, OneRequestData> = raceOver(reference);

/** For each mutant what it takes to see it fail: data of `oneRequest`. */
export const mutantData: Readonly<Record<number, OneRequestData>> = {
  1: { state: "running", actors: ["worker", "alice"] },
  2: { state: "running", actors: ["worker", "alice"] },
  3: { state: "running", actors: ["worker", "alice"] },
  4: { state: "running", actors: ["worker", "alice"] },
  5: { state: "awaiting_input", actors: ["alice", "bob"] },
  6: { state: "awaiting_input", actors: ["alice", "scheduler"] },
  7: { state: "awaiting_input", actors: ["alice", "marker"] },
  9: { state: "awaiting_input", actors: ["alice", "scheduler"] },
};

function raceOver(protocol: Protocol): Race<ProtocolState, OneRequestData> {
  return {
    name: "hitl/one-request",
    description: "A request stands; the task is parked, answered, swept or marked.",
    schema,
    data: fc.constant<OneRequestData>({ state: "running", actors: ["worker", "alice"] }),
    setup: (db, data, now) => setUp(db, data, now),
    actors: (data) => actorsOf(protocol, data),
    observe: observeState,
    invariants: atEveryCommit,
    atEnd: atTheEnd,
    liveness,
    mustSee: [],
    labels: () => [],
    mutants: mutants.map(({ id, title, violates }) => ({ id, title, violates })),
    mutate: (id) => raceOver(mutants.find((mutant) => mutant.id === id)?.protocol ?? protocol),
  };
}

async function setUp(db: Queryable, { state }: OneRequestData, now: Date): Promise<void> {
  const waits = state === "awaiting_input";
  await db.query(`insert into dag_run (dag_id, run_id, state) values ('dag', 'run', 'running')`);
  await db.query(
    `insert into task_instance (id, dag_id, run_id, task_id, state, invocation_id, trigger_timeout, next_method, next_kwargs)
     values ($1, 'dag', 'run', $1, $2, $3, $4, $5, '{}')`,
    [
      TASK,
      state,
      WORKER,
      waits ? new Date(now.getTime() + TIMEOUT_MS) : null,
      waits ? "execute_complete" : null,
    ],
  );
  await db.query(
    `insert into hitl_detail (ti_id, invocation_id, created_at, subject, options, multiple, params, assignees)
     values ($1, $2, $3, 'Go on?', '["approve"]', false, '{}', '[]')`,
    [TASK, WORKER, now],
  );
}

function actorsOf(protocol: Protocol, { actors }: OneRequestData): Readonly<Record<string, Actor>> {
  const all: Readonly<Record<string, Actor>> = {
    worker: (context) => park(context, protocol),
    alice: (context) => respond(context, protocol),
    bob: (context) => respond(context, protocol),
    scheduler: async (context) => {
      await context.sleep(TIMEOUT_MS);
      await sweep(context, protocol);
    },
    marker: async (context) => {
      await perform(context, "mark", protocol.mark, { taskInstanceId: TASK, state: "success" });
    },
    closing: async (context) => {
      await context.afterOthers();
      await context.sleep(TIMEOUT_MS + SWEEP_INTERVAL_MS);
      await sweep(context, protocol);
    },
  };
  return Object.fromEntries([...actors, "closing"].map((name) => [name, all[name] as Actor]));
}

async function park(context: ActorContext, protocol: Protocol): Promise<void> {
  await perform(context, "park", protocol.park, {
    taskInstanceId: TASK,
    invocationId: WORKER,
    timeoutMs: TIMEOUT_MS,
    nextMethod: "execute_complete",
    nextKwargs: {},
    now: context.now(),
  });
}

async function respond(context: ActorContext, protocol: Protocol): Promise<void> {
  await perform(context, "respond", protocol.respond, {
    taskInstanceId: TASK,
    // The form was opened before the run: the request is as old as the run.
    createdAt: context.now(),
    user: { id: context.name, name: context.name },
    chosenOptions: ["approve"],
    paramsInput: {},
    now: context.now(),
  });
}

async function sweep(context: ActorContext, protocol: Protocol): Promise<void> {
  await perform(context, "sweep", protocol.sweep, { now: context.now() });
}
