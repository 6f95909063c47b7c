import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ask } from "../../model/ask.ts";
import { park } from "../../model/park.ts";
import type { Queryable } from "../../model/query-port.ts";
import type { HitlRequest } from "../../model/request.ts";
import { respond, type RespondInput, type RespondResult } from "../../model/respond.ts";
import { observeState } from "../../model/state.ts";
import { alice, aliceAnswers, at, openDatabase, parking, request, reset, RUN, TASK } from "./fixture.ts";

let db: Queryable & { close(): Promise<void> };
beforeAll(async () => {
  db = await openDatabase();
}, 60_000);
afterAll(() => db.close());

/** The task has asked `asked`; then it is parked, or put into `state` by hand. */
async function given(state: string, asked: Partial<HitlRequest> = {}): Promise<void> {
  await reset(db);
  const asking = { ...request, ...asked };
  await ask(db, { taskInstanceId: TASK, invocationId: RUN, request: asking, now: at(0) });
  if (state === "awaiting_input") {
    await park(db, parking);
  } else {
    await db.query("update task_instance set state = $1", [state]);
  }
}

/** Answers, and expects a refusal that wrote nothing. */
async function refused(answer: Partial<RespondInput>): Promise<number> {
  const before = await observeState(db);
  const result: RespondResult = await respond(db, { ...aliceAnswers, ...answer });
  expect(result).toHaveProperty("reason");
  expect(await observeState(db)).toEqual(before);
  return result.status;
}

describe("respond answers", () => {
  test("404 when there is no such task instance", async () => {
    await given("awaiting_input");
    expect(await refused({ taskInstanceId: "nobody" })).toBe(404);
  });

  test("404 when the task never asked", async () => {
    await reset(db);
    expect(await refused({})).toBe(404);
  });

  test("404 when the task vanished after the form was shown", async () => {
    await given("awaiting_input");
    await db.query("delete from dag_run");
    expect(await refused({})).toBe(404);
  });

  test("409 when the request is answered already", async () => {
    await given("awaiting_input");
    expect((await respond(db, aliceAnswers)).status).toBe(200);
    expect(await refused({ user: { id: "bob", name: "Bob" } })).toBe(409);
  });

  test("409 when the form belongs to an older request", async () => {
    await given("running");
    await db.query("update task_instance set invocation_id = 'run-2'");
    await ask(db, { taskInstanceId: TASK, invocationId: "run-2", request, now: at(0) });
    expect(await refused({})).toBe(409);
  });

  test("409 when a later run holds the task and has not asked yet", async () => {
    await given("running");
    await db.query("update task_instance set invocation_id = 'run-2'");
    expect(await refused({})).toBe(409);
  });

  test("403 when the caller is not among the assignees", async () => {
    await given("awaiting_input", { assignees: [{ id: "bob", name: "Bob" }] });
    expect(await refused({})).toBe(403);
  });

  test("200 when the caller is among the assignees", async () => {
    await given("awaiting_input", { assignees: [{ id: "bob", name: "Bob" }, alice] });
    expect((await respond(db, aliceAnswers)).status).toBe(200);
  });

  test("422 when no option is chosen", async () => {
    await given("awaiting_input");
    expect(await refused({ chosenOptions: [] })).toBe(422);
  });

  test("400 when an option is unknown", async () => {
    await given("awaiting_input");
    expect(await refused({ chosenOptions: ["withdraw"] })).toBe(400);
  });

  test("400 when several options are chosen without multiple", async () => {
    await given("awaiting_input");
    expect(await refused({ chosenOptions: ["approve", "reject"] })).toBe(400);
  });

  test("200 when several options are chosen with multiple", async () => {
    await given("awaiting_input", { multiple: true });
    expect((await respond(db, { ...aliceAnswers, chosenOptions: ["approve", "reject"] })).status).toBe(200);
  });

  test("400 when params_input has a reserved key", async () => {
    await given("awaiting_input", { params: { _options: 1 } });
    expect(await refused({ paramsInput: { _options: 1 } })).toBe(400);
  });

  test("400 when params_input violates its schema", async () => {
    await given("awaiting_input", { params: { n: { value: 1, schema: { type: "integer", minimum: 1 } } } });
    expect(await refused({ paramsInput: { n: 0 } })).toBe(400);
    expect(await refused({ paramsInput: { n: "1" } })).toBe(400);
  });

  test("200 and records the answer while the task is RUNNING; park then resumes it", async () => {
    await given("running");
    expect(await respond(db, aliceAnswers)).toEqual({ status: 200, state: "running" });
    expect(await observeState(db)).toMatchObject({
      tasks: [{ state: "running", nextKwargs: null }],
      details: [{ respondedMs: at(10).getTime(), respondedBy: alice, chosenOptions: ["approve"] }],
    });
    const parked = await park(db, { ...parking, nextKwargs: { kept: true }, now: at(20) });
    expect(parked).toEqual({ status: 200, state: "scheduled" });
    const nextKwargs = { kept: true, event: { chosen_options: ["approve"], timedout: false } };
    expect((await observeState(db)).tasks).toMatchObject([
      { state: "scheduled", triggerTimeoutMs: null, nextMethod: "execute_complete", nextKwargs },
    ]);
  });

  test("200 and resumes the task in AWAITING_INPUT", async () => {
    await given("awaiting_input");
    expect(await respond(db, aliceAnswers)).toEqual({ status: 200, state: "scheduled" });
    expect((await observeState(db)).tasks).toMatchObject([
      {
        state: "scheduled",
        triggerTimeoutMs: null,
        scheduledMs: at(10).getTime(),
        nextKwargs: { event: { chosen_options: ["approve"], responded_by_user: alice, timedout: false } },
      },
    ]);
  });

  test("200 and only records the answer in DEFERRED, where the trigger delivers it", async () => {
    await given("deferred");
    expect(await respond(db, aliceAnswers)).toEqual({ status: 200, state: "deferred" });
    expect(await observeState(db)).toMatchObject({
      tasks: [{ state: "deferred", nextKwargs: null }],
      details: [{ chosenOptions: ["approve"] }],
    });
  });

  test.each(["scheduled", "queued", "success", "failed", "up_for_retry", "skipped"])(
    "409 in the state %s",
    async (state) => {
      await given(state);
      expect(await refused({})).toBe(409);
    },
  );
});
