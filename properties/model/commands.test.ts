/**
 * Model-based: arbitrary programs of operations over several tasks and runs, as fast-check commands, on a real Postgres
 * and on the pure machine side by side.
 */
import fc, { type AsyncCommand } from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Dag } from "../../model/dag.ts";
import { difference } from "../../model/machine/difference.ts";
import { explainCall } from "../../model/machine/explain.ts";
import { reference, type Operation, type Protocol } from "../../model/protocol.ts";
import type { Queryable } from "../../model/query-port.ts";
import type { ProtocolState } from "../../model/state.ts";
import { observeWholeState } from "../../model/whole-state.ts";
import { at, openDatabase, request } from "./fixture.ts";

const PROGRAMS = 60;
const MAX_COMMANDS = 30;

const dag: Dag = {
  dagId: "dag",
  maxActiveTasks: 2,
  tasks: [
    { taskId: "a", upstream: [], maxActiveTisPerDag: 1, maxActiveTisPerDagRun: null },
    { taskId: "b", upstream: ["a"], maxActiveTisPerDag: null, maxActiveTisPerDagRun: 1 },
    { taskId: "c", upstream: [], maxActiveTisPerDag: null, maxActiveTisPerDagRun: null },
  ],
};

let db: Queryable & { close(): Promise<void> };
beforeAll(async () => {
  db = await openDatabase();
}, 120_000);
afterAll(() => db.close());

interface Model {
  state: ProtocolState;
}

class Call implements AsyncCommand<Model, Queryable> {
  readonly name: keyof Protocol;
  readonly input: (state: ProtocolState) => object;

  constructor(name: keyof Protocol, input: (state: ProtocolState) => object) {
    this.name = name;
    this.input = input;
  }

  check(): boolean {
    return true;
  }

  async run(model: Model, real: Queryable): Promise<void> {
    const input = this.input(model.state);
    const operation = reference[this.name] as Operation<object, { readonly status: number }>;
    const result = JSON.parse(JSON.stringify(await operation(real, input))) as { readonly status: number };
    const expected = explainCall(model.state, { name: this.name, input: plain(input), result });
    if (typeof expected === "string") throw new Error(expected);
    const actual = await observeWholeState(real);
    const different = difference(expected, actual);
    if (different !== undefined) throw new Error(`after ${this.name}, ${different}`);
    model.state = actual;
    seen.add(`${this.name} ${result.status}`);
  }

  toString(): string {
    return `${this.name}(${String(this.input)})`;
  }
}

const seen = new Set<string>();

function plain(input: object): unknown {
  return JSON.parse(JSON.stringify(input));
}

const RUNS = ["r1", "r2"] as const;
const run = fc.constantFrom(...RUNS);
const nth = fc.nat({ max: 5 });
const invocation = fc.constantFrom("w1", "w2", "w3");
const now = fc.integer({ min: 0, max: 50 }).map(at);
const timeoutMs = fc.constantFrom(null, 0, 10);

/** A task of the state by number, so that programs follow cleared tasks to their new ids. */
function idOf(state: ProtocolState, index: number): string {
  return state.tasks[index % Math.max(state.tasks.length, 1)]?.id ?? "nobody";
}

/** The invocation that holds the task, three times out of four. */
function holder(state: ProtocolState, index: number, other: string): string {
  const task = state.tasks[index % Math.max(state.tasks.length, 1)];
  return index % 4 === 3 ? other : (task?.invocationId ?? other);
}

let clears = 0;

const commands = [
  fc.record({ nth, invocation, now }).map(
    ({ nth, invocation, now }) =>
      new Call("ask", (state) => ({
        taskInstanceId: idOf(state, nth),
        invocationId: holder(state, nth, invocation),
        request: { ...request, defaults: nth % 2 === 0 ? ["approve"] : null },
        now,
      })),
  ),
  fc.record({ nth, invocation, now, timeoutMs }).map(
    ({ nth, invocation, now, timeoutMs }) =>
      new Call("park", (state) => ({
        taskInstanceId: idOf(state, nth),
        invocationId: holder(state, nth, invocation),
        timeoutMs,
        nextMethod: "execute_complete",
        nextKwargs: nth === 4 ? ["broken"] : {},
        now,
      })),
  ),
  fc
    .record({ nth, now, name: fc.constantFrom("respond" as const, "respond" as const, "record" as const) })
    .map(
      ({ nth, now, name }) =>
        new Call(name, (state) => ({
          taskInstanceId: idOf(state, nth),
          createdAt: new Date(
            state.details.find((detail) => detail.taskInstanceId === idOf(state, nth))?.createdMs ?? 0,
          ),
          user: { id: "alice", name: "Alice" },
          chosenOptions: nth === 5 ? ["unknown"] : ["reject"],
          paramsInput: {},
          now,
        })),
    ),
  now.map((now) => new Call("sweep", () => ({ now }))),
  now.map((now) => new Call("schedule", () => ({ dag, now }))),
  fc.constant(new Call("queue", () => ({ dag }))),
  fc.record({ nth, invocation }).map(
    ({ nth, invocation }) =>
      new Call("start", (state) => {
        const queued = state.tasks.filter((task) => task.state === "queued");
        const task = queued[nth % Math.max(queued.length, 1)]?.id ?? idOf(state, nth);
        return { taskInstanceId: task, invocationId: invocation };
      }),
  ),
  fc
    .record({
      nth,
      invocation,
      state: fc.constantFrom("success", "success", "failed", "up_for_retry"),
    })
    .map(
      ({ nth, invocation, state: to }) =>
        new Call("finish", (state) => ({
          taskInstanceId: idOf(state, nth),
          invocationId: holder(state, nth, invocation),
          state: to,
        })),
    ),
  nth.map((index) => new Call("mark", (state) => ({ taskInstanceId: idOf(state, index), state: "success" }))),
  nth.map(
    (index) =>
      new Call("clear", (state) => {
        const id = index === 4 ? "nobody" : idOf(state, index);
        const runId = state.tasks.find((task) => task.id === id)?.runId ?? "r1";
        clears += 1;
        const onlyStates = index === 5 ? ["awaiting_input"] : null;
        return { dagId: "dag", runId, taskInstanceId: id, newId: `${id}'${clears}`, onlyStates };
      }),
  ),
  fc
    .record({ run, now })
    .map(({ run, now }) => new Call("timeoutRun", () => ({ dagId: "dag", runId: run, timeoutMs: 40, now }))),
  fc
    .record({ run, rare: fc.nat({ max: 3 }) })
    .map(({ run, rare }) => new Call("deleteRun", () => ({ dagId: "dag", runId: rare === 0 ? run : "r9" }))),
  fc.record({ nth, invocation, timeoutMs, now }).map(
    ({ nth, invocation, timeoutMs, now }) =>
      new Call("defer", (state) => ({
        taskInstanceId: idOf(state, nth),
        invocationId: holder(state, nth, invocation),
        triggerId: 1 + Math.max(0, ...state.triggers.map(({ id }) => id)),
        timeoutMs,
        nextMethod: "execute_complete",
        nextKwargs: {},
        now,
      })),
  ),
  fc.record({ nth, now, name: fc.constantFrom("poll" as const, "fire" as const) }).map(
    ({ nth, now, name }) =>
      new Call(name, (state) => {
        const { id = 0, taskInstanceId = "nobody" } = state.triggers[nth % 2] ?? state.triggers[0] ?? {};
        const event = { error: "late", error_type: "timeout" };
        return { taskInstanceId, triggerId: id, now, ...(name === "fire" ? { event } : {}) };
      }),
  ),
  fc
    .record({ run, taskIds: fc.subarray(["a", "b", "c"]) })
    .map(({ run, taskIds }) => new Call("skip", () => ({ dagId: "dag", runId: run, taskIds }))),
];

async function begin(): Promise<Model> {
  for (const table of ["dag_run", "hitl_detail_history", "task_instance_history", "pool", "trigger"]) {
    await db.query(`delete from ${table}`);
  }
  await db.query("insert into pool values ('default_pool', 3, true)");
  for (const runId of RUNS) {
    await db.query("insert into dag_run values ('dag', $1, 'running', $2)", [runId, at(0)]);
    for (const { taskId } of dag.tasks) {
      await db.query(
        "insert into task_instance (id, dag_id, run_id, task_id, state, invocation_id) values ($1, 'dag', $2, $3, $4, 'w1')",
        [`${runId}.${taskId}`, runId, taskId, taskId === "b" ? null : "running"],
      );
    }
  }
  return { state: await observeWholeState(db) };
}

test("arbitrary programs over several tasks and runs: the transactions answer and write what the machine does", async () => {
  await fc.assert(
    fc.asyncProperty(fc.commands(commands, { maxCommands: MAX_COMMANDS, size: "max" }), async (program) => {
      const model = await begin();
      await fc.asyncModelRun(() => ({ model, real: db }), program);
    }),
    { numRuns: PROGRAMS },
  );
  for (const name of Object.keys(reference).filter((name) => name !== "enqueue")) {
    expect(seen).toContain(`${name} 200`);
  }
  for (const label of ["clear 404", "clear 409", "timeoutRun 409", "deleteRun 404", "fire 409"]) {
    expect(seen).toContain(label);
  }
}, 240_000);
