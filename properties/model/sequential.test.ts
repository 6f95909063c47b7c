import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Json } from "../../model/json.ts";
import { difference } from "../../model/machine/difference.ts";
import { differsFromMachine, machine, type Machine } from "../../model/machine/machine.ts";
import { reference, type Operation } from "../../model/protocol.ts";
import type { Queryable } from "../../model/query-port.ts";
import { observeState } from "../../model/state.ts";
import { at, openDatabase, request, reset, TASK } from "./fixture.ts";

let db: Queryable & { close(): Promise<void> };
beforeAll(async () => {
  db = await openDatabase();
}, 60_000);
afterAll(() => db.close());

type Call = readonly [name: keyof Machine | "sweep", input: object];

const id = fc.constantFrom(TASK, TASK, TASK, "second", "nobody");
const run = fc.constantFrom("run-1", "run-1", "run-2");
const now = fc.integer({ min: 0, max: 100 }).map(at);
const nextKwargs = fc.constantFrom<Json[]>({}, {}, { a: 1 }, null, ["broken"]);
const options = fc.subarray(["approve", "reject", "withdraw"]);

const ask = fc.record({
  taskInstanceId: id,
  invocationId: run,
  now,
  request: fc.record({
    subject: fc.constantFrom("A", "B"),
    body: fc.constant(null),
    options: fc.subarray(["approve", "reject"]),
    defaults: fc.constantFrom(null, ["approve"], ["reject"]),
    multiple: fc.boolean(),
    params: fc.constantFrom({}, { n: { value: 1, schema: { type: "integer" } } }),
    assignees: fc.constantFrom([], [{ id: "alice", name: "Alice" }]),
  }),
});
const respond = fc.record({
  taskInstanceId: id,
  createdAt: now,
  user: fc.constantFrom({ id: "alice", name: "Alice" }, { id: "bob", name: "Bob" }),
  chosenOptions: options,
  paramsInput: fc.constantFrom({}, {}, { n: 2 }, { n: "two" }),
  now,
});
const calls: fc.Arbitrary<Call> = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(fc.constant("ask" as const), ask) },
  {
    weight: 4,
    arbitrary: fc.tuple(
      fc.constant("park" as const),
      fc.record({
        taskInstanceId: id,
        invocationId: run,
        timeoutMs: fc.constantFrom(null, 0, 20),
        nextMethod: fc.constant("execute_complete"),
        nextKwargs,
        now,
      }),
    ),
  },
  { weight: 5, arbitrary: fc.tuple(fc.constant("respond" as const), respond) },
  { weight: 2, arbitrary: fc.tuple(fc.constant("sweep" as const), fc.record({ now })) },
  { weight: 2, arbitrary: fc.tuple(fc.constant("enqueue" as const), fc.record({ taskInstanceId: id })) },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.constant("start" as const), fc.record({ taskInstanceId: id, invocationId: run })),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(
      fc.constant("finish" as const),
      fc.record({
        taskInstanceId: id,
        invocationId: run,
        state: fc.constantFrom("success", "failed", "up_for_retry"),
      }),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(
      fc.constant("mark" as const),
      fc.record({ taskInstanceId: id, state: fc.constantFrom("success", "failed") }),
    ),
  },
);

test("one operation after the other, the transactions answer and write what the machine does", async () => {
  const seen = new Set<string>();
  const program = fc.array(calls, { minLength: 5, maxLength: 25, size: "max" });
  await fc.assert(
    fc.asyncProperty(program, async (program) => {
      await reset(db, "running", [TASK, "second"]);
      let state = await observeState(db);
      for (const call of program) {
        const [name, input] = aimed(call, state.details);
        const operation = reference[name] as Operation<object, { readonly status: number }>;
        const result = await operation(db, input);
        const after = await observeState(db);
        seen.add(`${name} ${result.status}`);

        expect(differsFromMachine(state, name, input, after)).toBeUndefined();
        if (name !== "sweep") {
          const step = machine[name] as (...call: unknown[]) => ReturnType<(typeof machine)["ask"]>;
          const expected = step(state, input);
          expect(difference(expected.state, after)).toBeUndefined();
          expect({ ...result, reason: "" }).toEqual({ ...expected.result, reason: "" });
        }
        state = after;
      }
    }),
    { numRuns: 150 },
  );
  for (const label of ["respond 200", "respond 400", "respond 403", "respond 409", "park 200", "park 409"]) {
    expect(seen).toContain(label);
  }
}, 120_000);

/** Most responders were shown the request that is there. */
function aimed(
  [name, input]: Call,
  details: readonly { readonly taskInstanceId: string; readonly createdMs: number }[],
): Call {
  if (name !== "respond" || !("createdAt" in input) || !("taskInstanceId" in input)) return [name, input];
  const shown = details.find(({ taskInstanceId }) => taskInstanceId === input.taskInstanceId);
  const stale = (input.createdAt as Date).getTime() % 5 === 0;
  return [name, shown === undefined || stale ? input : { ...input, createdAt: new Date(shown.createdMs) }];
}

test("a request that fits is asked, parked, answered, run and done", async () => {
  await reset(db);
  const taskInstanceId = TASK;
  const asked = await reference.ask(db, { taskInstanceId, invocationId: "run-1", request, now: at(0) });
  expect(asked).toEqual({ status: 200, createdAt: at(0) });
  const parked = await reference.park(db, {
    taskInstanceId,
    invocationId: "run-1",
    timeoutMs: 1000,
    nextMethod: "execute_complete",
    nextKwargs: { a: 1 },
    now: at(1),
  });
  expect(parked).toEqual({ status: 200, state: "awaiting_input" });
  const user = { id: "alice", name: "Alice" };
  const answered = await reference.respond(db, {
    taskInstanceId,
    createdAt: at(0),
    user,
    chosenOptions: ["approve"],
    paramsInput: {},
    now: at(2),
  });
  expect(answered).toEqual({ status: 200, state: "scheduled" });
  expect(await reference.enqueue(db, { taskInstanceId })).toEqual({ status: 200 });
  expect(await reference.start(db, { taskInstanceId, invocationId: "run-2" })).toEqual({
    status: 200,
    nextMethod: "execute_complete",
    nextKwargs: {
      a: 1,
      event: {
        chosen_options: ["approve"],
        params_input: {},
        responded_at: "2026-01-01T00:00:00.002Z",
        responded_by_user: user,
        timedout: false,
      },
    },
  });
  const finish = { taskInstanceId, state: "success" } as const;
  expect(await reference.finish(db, { ...finish, invocationId: "run-1" })).toMatchObject({ status: 409 });
  expect(await reference.finish(db, { ...finish, invocationId: "run-2" })).toMatchObject({ status: 200 });
  expect((await observeState(db)).tasks).toMatchObject([{ state: "success", nextKwargs: null }]);
});
