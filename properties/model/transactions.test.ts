import { afterAll, beforeAll, expect, test } from "vitest";
import { ask } from "../../model/ask.ts";
import { park } from "../../model/park.ts";
import type { Queryable } from "../../model/query-port.ts";
import type { HitlRequest } from "../../model/request.ts";
import { respond } from "../../model/respond.ts";
import { observeState } from "../../model/state.ts";
import { sweep, sweepSql } from "../../model/sweep.ts";
import { alice, aliceAnswers, at, openDatabase, parking, request, reset, RUN, TASK } from "./fixture.ts";

let db: Queryable & { close(): Promise<void> };
beforeAll(async () => {
  db = await openDatabase();
}, 60_000);
afterAll(() => db.close());

async function askAndPark(id: string, asked: Partial<HitlRequest> = {}, nextKwargs: object | null = {}) {
  const run = { taskInstanceId: id, invocationId: RUN };
  await ask(db, { ...run, request: { ...request, ...asked }, now: at(0) });
  return park(db, { ...parking, ...run, nextKwargs: nextKwargs as never, now: at(0) });
}

test("a repeated ask keeps the answer that came in between", async () => {
  await reset(db);
  const asking = { taskInstanceId: TASK, invocationId: RUN, request, now: at(0) };
  await ask(db, asking);
  await respond(db, aliceAnswers);
  const answered = await observeState(db);
  expect(await ask(db, { ...asking, now: at(20) })).toEqual({ status: 200, createdAt: at(0) });
  expect(await observeState(db)).toEqual(answered);
});

test("a later run's ask archives the answered request and has an identity of its own", async () => {
  await reset(db);
  await ask(db, { taskInstanceId: TASK, invocationId: RUN, request, now: at(0) });
  await respond(db, aliceAnswers);
  await db.query("update task_instance set invocation_id = 'run-2'");
  const asked = await ask(db, { taskInstanceId: TASK, invocationId: "run-2", request, now: at(0) });
  expect(asked).toEqual({ status: 200, createdAt: at(1) });
  expect(await observeState(db)).toMatchObject({
    details: [{ createdMs: at(1).getTime(), respondedMs: null, chosenOptions: null }],
    history: [{ createdMs: at(0).getTime(), respondedBy: alice, chosenOptions: ["approve"] }],
  });
});

test("a repeated park changes nothing, before and after the answer", async () => {
  await reset(db);
  expect(await askAndPark(TASK)).toEqual({ status: 200, state: "awaiting_input" });
  const parked = await observeState(db);
  expect(await askAndPark(TASK)).toEqual({ status: 200, state: "awaiting_input" });
  expect(await observeState(db)).toEqual(parked);
  await respond(db, aliceAnswers);
  const resumed = await observeState(db);
  expect(await askAndPark(TASK)).toEqual({ status: 200, state: "scheduled" });
  expect(await observeState(db)).toEqual(resumed);
});

test("a park is refused to a run that asked nothing and to a run that lost the task", async () => {
  await reset(db);
  const parking = { taskInstanceId: TASK, timeoutMs: null, nextMethod: "m", nextKwargs: {}, now: at(0) };
  expect((await park(db, { ...parking, invocationId: RUN })).status).toBe(409);
  expect((await park(db, { ...parking, invocationId: "run-0" })).status).toBe(409);
  expect((await park(db, { ...parking, taskInstanceId: "nobody", invocationId: RUN })).status).toBe(404);
});

test("a sweep leaves a task alone until the very millisecond of its deadline", async () => {
  await reset(db);
  await askAndPark(TASK);
  expect(await sweep(db, { now: at(999) })).toEqual({ status: 200, resumed: [] });
  expect(await sweep(db, { now: at(1000) })).toEqual({
    status: 200,
    resumed: [{ taskInstanceId: TASK, how: "timeout" }],
  });
  expect(await observeState(db)).toMatchObject({
    tasks: [{ state: "scheduled", triggerTimeoutMs: null, nextKwargs: { event: { error_type: "timeout" } } }],
    details: [{ respondedMs: null }],
  });
});

test("a sweep writes the defaults as the response, with the form's initial values and nobody's name", async () => {
  await reset(db);
  await askAndPark(TASK, { defaults: ["reject"], params: { a: 1, b: { value: 2, schema: {} } } });
  expect((await sweep(db, { now: at(1000) })).resumed).toEqual([{ taskInstanceId: TASK, how: "default" }]);
  const event = { chosen_options: ["reject"], params_input: { a: 1, b: 2 }, timedout: true };
  expect(await observeState(db)).toMatchObject({
    tasks: [{ state: "scheduled", nextKwargs: { event } }],
    details: [{ respondedMs: at(1000).getTime(), respondedBy: null, chosenOptions: ["reject"] }],
  });
});

test("a sweep resumes a task that an old API server only recorded an answer for with that answer", async () => {
  await reset(db);
  await askAndPark(TASK, { defaults: ["reject"] });
  await db.query(
    `update hitl_detail set responded_at = $1, responded_by = $2, chosen_options = '["approve"]', params_input = '{}'`,
    [at(5), JSON.stringify(alice)],
  );
  expect((await sweep(db, { now: at(1000) })).resumed).toEqual([{ taskInstanceId: TASK, how: "answer" }]);
  const event = { chosen_options: ["approve"], responded_by_user: alice, timedout: false };
  expect((await observeState(db)).tasks).toMatchObject([{ nextKwargs: { event } }]);
});

test("a task whose next_kwargs cannot carry an event fails alone and does not stop the batch", async () => {
  await reset(db, "running", ["a", "b", "c"]);
  await askAndPark("a");
  await askAndPark("b", {}, ["broken"]);
  await askAndPark("c");
  expect((await sweep(db, { now: at(1000) })).resumed).toHaveLength(3);
  expect((await observeState(db)).tasks).toMatchObject([
    { state: "scheduled", nextMethod: "execute_complete" },
    { state: "scheduled", nextMethod: "__fail__", nextKwargs: { error: "next_kwargs is not a JSON object" } },
    { state: "scheduled", nextMethod: "execute_complete" },
  ]);
});

test("250 overdue tasks are gone after three sweeps of at most 100, the oldest deadline first", async () => {
  await reset(db, "running", []);
  await db.query(
    `insert into task_instance (id, dag_id, run_id, task_id, state, trigger_timeout, next_kwargs)
     select 't' || n, 'dag', 'run', 't' || n, 'awaiting_input', $1::timestamptz - n * interval '1 second', '{}'
       from generate_series(1, 250) n`,
    [at(0)],
  );
  const first = await sweep(db, { now: at(0) });
  expect(first.resumed.map(({ taskInstanceId }) => taskInstanceId)).toEqual(
    Array.from({ length: 100 }, (_, index) => `t${250 - index}`),
  );
  expect((await sweep(db, { now: at(0) })).resumed).toHaveLength(100);
  expect((await sweep(db, { now: at(0) })).resumed).toHaveLength(50);
});

test("the sweep reads its batch from the partial index, in the index's order", async () => {
  await reset(db, "running", []);
  await db.query(
    `insert into task_instance (id, dag_id, run_id, task_id, state, trigger_timeout)
     select 't' || n, 'dag', 'run', 't' || n, case when n % 50 = 0 then 'awaiting_input' else 'success' end,
            $1::timestamptz + n * interval '1 second'
       from generate_series(1, 5000) n`,
    [at(0)],
  );
  await db.query("analyze task_instance");
  const literal = sweepSql.lockTasks.replace("$1", `'${at(1_000_000).toISOString()}'`).replace("$2", "100");
  const plan = await db.query<{ "QUERY PLAN": string }>(`explain (costs off) ${literal}`);
  const lines = plan.rows.map((row) => row["QUERY PLAN"]).join("\n");
  expect(lines).toContain("task_instance_response_deadline");
  expect(lines).not.toContain("Sort");
});
