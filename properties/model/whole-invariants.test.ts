import { expect, test } from "vitest";
import { acknowledgedAnswer } from "../../model/invariants/acknowledged-answer.ts";
import { duplicateCall } from "../../model/invariants/duplicate-call.ts";
import { freshTry } from "../../model/invariants/fresh-try.ts";
import type { OperationCall } from "../../model/invariants/index.ts";
import { overdueGone } from "../../model/invariants/overdue-gone.ts";
import { parkedRun } from "../../model/invariants/parked-run.ts";
import { shownRequest } from "../../model/invariants/shown-request.ts";
import { slots } from "../../model/invariants/slots.ts";
import { aliceAnswers, at, TASK } from "./fixture.ts";
import { aliceEvent, byAlice, commit, end, scheduledWith, stateOf, task, waiting } from "./states.ts";

const parked = stateOf(waiting);
const answered = stateOf(scheduledWith(aliceEvent), byAlice);
const dag = { dagId: "dag", maxActiveTasks: 1, tasks: [] };
const queueCall: OperationCall = {
  actor: "scheduler",
  name: "queue",
  input: { dag },
  result: { status: 200 },
};

test("I9 names a task that was left scheduled although there is room, and a pool that is too full", () => {
  const pools = [{ pool: "default_pool", slots: 1, includeDeferred: false }];
  const runs = [{ dagId: "dag", runId: "run", state: "running", startMs: null }];
  const idle = { ...stateOf({ state: "scheduled" }, null), pools, runs };
  expect(slots.check(end(idle, [queueCall]))).toContain("was left scheduled");
  const tasks = [task({ state: "queued" }), task({ id: "2", state: "running" })];
  const full = { ...idle, tasks };
  expect(slots.check({ ...commit(idle, full, "queue"), operation: queueCall })).toContain("2 are taken");
  const beside = { ...idle, tasks: [task({ state: "queued" }), task({ id: "2", state: "awaiting_input" })] };
  expect(slots.check({ ...commit(idle, beside, "queue"), operation: queueCall })).toBeUndefined();
});

test("I9 names a dag, and a task, that has more instances than its limit", () => {
  const pools = [{ pool: "default_pool", slots: 9, includeDeferred: false }];
  const runs = [{ dagId: "dag", runId: "run", state: "running", startMs: null }];
  const idle = { ...stateOf({ state: "scheduled" }, null), pools, runs };
  const ofState = (state: string) => {
    const tasks = [task({ state: "queued" }), task({ id: "2", state })];
    return { ...commit(idle, { ...idle, tasks }, "queue"), operation: queueCall };
  };
  expect(slots.check(ofState("running"))).toContain("2 tasks of run are at work, max_active_tasks is 1");
  expect(slots.check(ofState("awaiting_input"))).toBeUndefined();
  const once = { taskId: task({}).taskId, upstream: [], maxActiveTisPerDag: 1 };
  const limited = { ...queueCall, input: { dag: { ...dag, tasks: [once] } } };
  expect(slots.check({ ...ofState("awaiting_input"), operation: limited })).toContain("2 instances of");
});

test("I10 names an answer that is erased, and allows that it is archived", () => {
  expect(acknowledgedAnswer.check(commit(answered, stateOf({}), "ask"))).toContain("is erased");
  const archived = { ...stateOf({}, null), history: answered.details };
  expect(acknowledgedAnswer.check(commit(answered, archived, "clear"))).toBeUndefined();
  const nothing = { ...stateOf({}, null), tasks: [] };
  expect(acknowledgedAnswer.check(commit(answered, nothing, "clear"))).toContain("is gone");
  expect(acknowledgedAnswer.check(commit(answered, nothing, "deleteRun"))).toBeUndefined();
});

test("I10 names at the end an answer that got 200 and is not there", () => {
  const got = (status: number): OperationCall => ({
    actor: "alice",
    name: "respond",
    input: aliceAnswers,
    result: { status },
  });
  expect(acknowledgedAnswer.check(end(parked, [got(200)]))).toContain("the answer by Alice, which got 200,");
  expect(acknowledgedAnswer.check(end(parked, [got(409)]))).toBeUndefined();
  expect(acknowledgedAnswer.check(end(answered, [got(200)]))).toBeUndefined();
});

test("I11 names an answer that was given to another form", () => {
  const view = commit(parked, answered, "respond");
  const call = { actor: "alice", name: "respond", input: { taskInstanceId: "task", createdAt: at(-5) } };
  expect(shownRequest.check({ ...view, operation: call })).toContain(
    "took an answer that was given to the form",
  );
});

test("I12 names a fresh try with an old next_method, kwargs or deadline, and an event without a next_method", () => {
  for (const old of [{ nextMethod: "execute_complete" }, { nextKwargs: {} }, { triggerTimeoutMs: 1 }]) {
    const stale = stateOf({ state: null, ...old });
    expect(freshTry.check(commit(parked, stale, "clear"))).toContain("is to start afresh");
  }
  const dropped = stateOf({ ...scheduledWith(aliceEvent), nextMethod: null }, byAlice);
  expect(freshTry.check(commit(parked, dropped, "park"))).toContain("it starts anew");
});

test("I12 names a run that another one's report has ended", () => {
  const running = stateOf({ state: "running", invocationId: "run-2" });
  const view = commit(running, stateOf({ state: "success", invocationId: "run-2" }), "finish");
  const report = (invocationId: string) => ({
    ...view,
    operation: { actor: "worker", name: "finish", input: { taskInstanceId: TASK, invocationId } },
  });
  expect(freshTry.check(report("run-1"))).toContain("the report of run-1 ended");
  expect(freshTry.check(report("run-2"))).toBeUndefined();
});

test("I13 names a run that ends while a task in it is parked, unless its time is over", () => {
  const run = { dagId: "dag", runId: "run", state: "running", startMs: null };
  const before = { ...parked, runs: [run] };
  const after = { ...parked, runs: [{ ...run, state: "failed" }] };
  expect(parkedRun.check(commit(before, after, "schedule"))).toContain("is awaiting_input");
  expect(parkedRun.check(commit(before, after, "timeoutRun"))).toBeUndefined();
});

test("I14 names a call whose like was answered before, where it writes", () => {
  const input = { taskInstanceId: "task", invocationId: "run-1" };
  const first: OperationCall = { actor: "worker", name: "park", input, result: { status: 200 } };
  const again: OperationCall = { actor: "worker", name: "park", input };
  const view = commit(parked, stateOf({ ...waiting, triggerTimeoutMs: 5 }), "park", 10, [first, again]);
  expect(duplicateCall.check({ ...view, operation: again })).toContain("was delivered again");
  const idle = commit(parked, parked, "park", 10, [first, again]);
  expect(duplicateCall.check({ ...idle, operation: again })).toBeUndefined();
  const refused = { ...first, result: { status: 409 } };
  expect(duplicateCall.check({ ...view, operation: again, history: [refused, again] })).toBeUndefined();
  expect(duplicateCall.check({ ...view, operation: first, history: [first] })).toBeUndefined();
});

test("I14 takes the answers of two people for two calls", () => {
  const call = (id: string): OperationCall => ({
    actor: id,
    name: "respond",
    input: { ...aliceAnswers, user: { id, name: id } },
    result: { status: 200 },
  });
  const [one, two] = [call("alice"), call("bob")];
  const view = { ...commit(parked, answered, "respond", 10, [one, two]), operation: two };
  expect(duplicateCall.check(view)).toBeUndefined();
  expect(duplicateCall.check({ ...view, history: [call("bob"), two] })).toContain("was delivered again");
});

test("I5 names a task that is still overdue after enough sweeps", () => {
  const sweep: OperationCall = {
    actor: "s",
    name: "sweep",
    input: { now: at(2000) },
    beginMs: at(2000).getTime(),
  };
  expect(overdueGone.check(end(parked, [sweep]))).toContain("in spite of 1 sweeps");
  expect(overdueGone.check(end(parked, []))).toBeUndefined();
});
