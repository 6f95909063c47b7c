import { describe, expect, test } from "vitest";
import { asMachine } from "../../model/invariants/as-machine.ts";
import { atomicAnswer } from "../../model/invariants/atomic-answer.ts";
import { deadline } from "../../model/invariants/deadline.ts";
import { eventIsAnswer } from "../../model/invariants/event-is-answer.ts";
import { liveness, type OperationCall } from "../../model/invariants/index.ts";
import { noLockCycle } from "../../model/invariants/no-lock-cycle.ts";
import { noResurrection } from "../../model/invariants/no-resurrection.ts";
import { noStrandedAnswer } from "../../model/invariants/no-stranded-answer.ts";
import { oneAnswer } from "../../model/invariants/one-answer.ts";
import { oneResume } from "../../model/invariants/one-resume.ts";
import { aliceAnswers, at } from "./fixture.ts";
import { aliceEvent, byAlice, commit, end, scheduledWith, stateOf, waiting } from "./states.ts";

const timeout = { error: "no response before the deadline", error_type: "timeout" };
const byBob = { ...byAlice, respondedBy: { id: "bob", name: "Bob" }, chosenOptions: ["reject"] };
const byDefaults = { ...byAlice, respondedBy: null, chosenOptions: ["reject"] };
const defaultsEvent = {
  ...aliceEvent,
  chosen_options: ["reject"],
  responded_by_user: null,
  timedout: true,
};

const parked = stateOf(waiting);
const answered = stateOf(scheduledWith(aliceEvent), byAlice);

test("no invariant has anything to say about the commit of a rightful answer", () => {
  const view = commit(parked, answered, "respond");
  for (const invariant of [
    oneAnswer,
    noStrandedAnswer,
    oneResume,
    eventIsAnswer,
    deadline,
    noResurrection,
    atomicAnswer,
    noLockCycle,
    liveness,
  ]) {
    expect([invariant.name, invariant.check(view)]).toEqual([invariant.name, undefined]);
  }
});

describe("I1", () => {
  test("names the two answers when one replaces the other", () => {
    const after = stateOf(scheduledWith(aliceEvent), byBob);
    expect(oneAnswer.check(commit(answered, after, "respond"))).toMatch(
      /hitl_detail task of \d+ had the answer \["approve"\] by Alice and now has \["reject"\] by Bob/,
    );
  });

  test("takes defaults that were written without responded_at for an answer", () => {
    const half = stateOf(waiting, { ...byDefaults, respondedMs: null });
    expect(oneAnswer.check(commit(half, answered, "respond"))).toContain("by nobody (the defaults)");
  });

  test("allows that an answered request is archived", () => {
    const archived = { ...stateOf({}), details: [], history: answered.details };
    expect(oneAnswer.check(commit(answered, archived, "ask"))).toBeUndefined();
  });

  test("names both responders who got 200", () => {
    const input = { taskInstanceId: "task", createdAt: at(0) };
    const call = (actor: string, status: number): OperationCall => {
      return { actor, name: "respond", input, result: { status } };
    };
    expect(oneAnswer.check(end(answered, [call("alice", 200), call("bob", 409)]))).toBeUndefined();
    expect(oneAnswer.check(end(answered, [call("alice", 200), call("bob", 200)]))).toMatch(/alice and bob/);
  });
});

describe("I2", () => {
  test("names the task that waits for an answer that is there", () => {
    const stranded = stateOf(waiting, byAlice);
    expect(noStrandedAnswer.check(commit(stateOf({}, byAlice), stranded, "park"))).toContain(
      "task_instance task is awaiting_input although hitl_detail task has the answer",
    );
  });
});

describe("I3", () => {
  test.each(["queued", "success", "failed"])("names a task that is resumed out of %s", (state) => {
    const view = commit(stateOf({ state }), answered, "respond");
    expect(oneResume.check(view)).toBe(`respond resumed task_instance task, which was ${state}`);
  });

  test("names a scheduled task whose event is replaced", () => {
    const again = stateOf(scheduledWith(timeout), byAlice);
    expect(oneResume.check(commit(answered, again, "sweep"))).toContain("which was scheduled");
  });

  test("names a running task that is resumed a second time", () => {
    const running = stateOf({ ...scheduledWith(aliceEvent), state: "running" }, byAlice);
    expect(oneResume.check(commit(running, answered, "respond"))).toContain("with an event already");
  });

  test("lets a park resume a run for the request that this run has made, and for no other", () => {
    const given = { ...scheduledWith(timeout), state: "running" };
    const asking = { ...given, invocationId: "second-run" };
    const made = stateOf(asking, { ...byAlice, invocationId: "second-run" });
    const park = (invocationId: string, before: typeof answered): string | undefined => {
      const operation = { actor: "worker", name: "park", input: { taskInstanceId: "task", invocationId } };
      return oneResume.check({ ...commit(before, answered, "park"), operation });
    };
    expect(park("second-run", made)).toBeUndefined();
    expect(park("first-run", made)).toContain("with an event already");
    expect(oneResume.check(commit(made, answered, "sweep"))).toContain("with an event already");
    const notMade = stateOf(asking, { ...byAlice, invocationId: "first-run" });
    expect(park("second-run", notMade)).toContain("with an event already");
  });

  test("names the runs when more of them complete than requests were made", () => {
    const call = (name: string, invocationId: string): OperationCall => {
      const input = { taskInstanceId: "task", invocationId };
      return { actor: "executor", name, input, result: { status: 200 } };
    };
    const once = [call("ask", "run-1"), call("finish", "run-2"), call("finish", "run-2")];
    expect(oneResume.check(end(answered, once))).toBeUndefined();
    expect(oneResume.check(end(answered, [...once, call("finish", "run-3")]))).toContain("run-2, run-3");
  });
});

describe("I4", () => {
  test.each([
    ["another answer", scheduledWith(aliceEvent), byBob],
    ["no answer", scheduledWith(aliceEvent), {}],
    ["the timeout although there is an answer", scheduledWith(timeout), byAlice],
    ["nothing", { ...scheduledWith({}), nextKwargs: {} }, byAlice],
  ])("names a task that is given %s", (_what, taskColumns, detailColumns) => {
    expect(eventIsAnswer.check(commit(parked, stateOf(taskColumns, detailColumns), "sweep"))).toContain(
      "task_instance task is",
    );
  });

  test("allows the timeout where there is no answer", () => {
    expect(eventIsAnswer.check(commit(parked, stateOf(scheduledWith(timeout)), "sweep"))).toBeUndefined();
  });
});

describe("I5", () => {
  const timedOut = stateOf(scheduledWith(timeout));
  const defaulted = stateOf(scheduledWith(defaultsEvent), byDefaults);

  test("allows timeout and defaults in the millisecond of the deadline", () => {
    expect(deadline.check(commit(parked, timedOut, "sweep", 1000))).toBeUndefined();
    expect(deadline.check(commit(parked, defaulted, "sweep", 1000))).toBeUndefined();
  });

  test("says how long before its deadline a task timed out or got its defaults", () => {
    expect(deadline.check(commit(parked, timedOut, "sweep", 999))).toContain("1 ms before its deadline");
    expect(deadline.check(commit(parked, defaulted, "sweep", 990))).toContain("10 ms before its deadline");
  });

  test("names a task without a deadline that times out", () => {
    const forever = stateOf({ ...waiting, triggerTimeoutMs: null });
    expect(deadline.check(commit(forever, timedOut, "sweep", 5000))).toContain("it had no deadline");
  });

  test("names a task that is given the same timeout a second time", () => {
    const running = stateOf({ ...scheduledWith(timeout), state: "running" });
    expect(deadline.check(commit(running, timedOut, "sweep", 1000))).toContain("(it was running)");
  });

  test("names a task that times out although it was answered", () => {
    const view = commit(answered, stateOf(scheduledWith(timeout), byAlice), "sweep", 1000);
    expect(deadline.check(view)).toContain("had an answer by Alice");
  });
});

describe("I6", () => {
  test.each([
    ["respond", "success", "scheduled"],
    ["sweep", "failed", "scheduled"],
    ["park", "success", "awaiting_input"],
    ["start", "success", "running"],
    ["finish", "awaiting_input", "success"],
  ])("names the task that %s takes from %s to %s", (operation, from, to) => {
    const view = commit(stateOf({ state: from }), stateOf({ state: to }), operation);
    expect(noResurrection.check(view)).toBe(`${operation} took task_instance task from ${from} to ${to}`);
  });

  test("names a resume that overwrites one in the same state", () => {
    const again = stateOf(scheduledWith(timeout), byAlice);
    expect(noResurrection.check(commit(answered, again, "respond"))).toContain("from scheduled to scheduled");
  });

  test("allows that a task is marked success from any state", () => {
    expect(noResurrection.check(commit(parked, stateOf({ state: "success" }), "mark"))).toBeUndefined();
  });
});

describe("I7", () => {
  test("names an answer that is committed without its resume", () => {
    const view = commit(parked, stateOf(waiting, byAlice), "respond");
    expect(atomicAnswer.check(view)).toContain("left task_instance task awaiting_input");
  });

  test("names a resume that is committed without its answer", () => {
    const view = commit(parked, stateOf(scheduledWith(aliceEvent)), "respond");
    expect(atomicAnswer.check(view)).toContain("stored none in hitl_detail task");
  });
});

describe("I8", () => {
  const call = (result: unknown): OperationCall => ({ actor: "alice", name: "respond", input: {}, result });

  test("names the victim of a deadlock, whether it gave up or was tried again", () => {
    const error = { code: "40P01", message: "deadlock detected", detail: "alice waits\nfor worker" };
    const sentence = "respond by alice was the victim of a deadlock: alice waits for worker";
    expect(noLockCycle.check(end(answered, [call({ error })]))).toBe(sentence);
    expect(noLockCycle.check(end(answered, [call({ status: 200, retries: [error] })]))).toBe(sentence);
  });

  test("has nothing to say about other errors and calls under way", () => {
    expect(
      noLockCycle.check(end(answered, [call({ error: { code: "40001" } }), call(undefined)])),
    ).toBeUndefined();
  });
});

describe("liveness", () => {
  test("names a task that still waits although it was answered or its deadline has passed", () => {
    expect(liveness.check(end(stateOf(waiting, byAlice)))).toContain("its request was answered");
    expect(liveness.check(end(parked))).toContain("has passed");
  });

  test("lets a task without deadline and answer wait", () => {
    expect(liveness.check(end(stateOf({ ...waiting, triggerTimeoutMs: null })))).toBeUndefined();
  });
});

describe("the machine", () => {
  test("names row and column in which a commit differs from its step", () => {
    const view = commit(parked, answered, "respond");
    expect(
      asMachine.check({ ...view, operation: { actor: "alice", name: "respond", input: aliceAnswers } }),
    ).toBeUndefined();
    const late = { ...aliceAnswers, now: at(11) };
    expect(asMachine.check({ ...view, operation: { actor: "alice", name: "respond", input: late } })).toMatch(
      /^after respond, task_instance task: .*scheduledMs is \d+, not \d+/,
    );
  });

  test("lets nothing be written outside an operation", () => {
    const view = { ...commit(parked, answered, "respond"), operation: undefined };
    expect(asMachine.check(view)).toMatch(/^no operation may not write: task_instance task: state is/);
  });

  test("lets a sweep take overdue tasks only, and no more than its limit", () => {
    const swept = stateOf({ ...scheduledWith(timeout), scheduledMs: at(1000).getTime() });
    const sweep = (now: Date, limit: number): string | undefined =>
      asMachine.check({
        ...commit(parked, swept, "sweep"),
        operation: { actor: "sweep1", name: "sweep", input: { now, limit } },
      });
    expect(sweep(at(1000), 100)).toBeUndefined();
    expect(sweep(at(999), 100)).toContain("which was not overdue");
    expect(sweep(at(1000), 0)).toContain("its limit is 0");
  });

  test("understands an input that has been through JSON", () => {
    const input: unknown = JSON.parse(JSON.stringify({ now: at(1000) }));
    const swept = stateOf({ ...scheduledWith(timeout), scheduledMs: at(1000).getTime() });
    const operation = { actor: "sweep1", name: "sweep", input };
    expect(asMachine.check({ ...commit(parked, swept, "sweep"), operation })).toBeUndefined();
  });
});
