import { describe, expect, test } from "vitest";
import { decideRun, type Dag } from "../../model/dag.ts";
import type { AnswerEvent } from "../../model/event.ts";
import { askedBy, completeFlavour, type Flavour } from "../../model/flavours.ts";
import { fitting, whyNoSlot, type Pool, type SlotTask } from "../../model/slots.ts";
import { aliceEvent } from "./states.ts";
import { request } from "./fixture.ts";

const unlimited = { maxActiveTisPerDag: null, maxActiveTisPerDagRun: null };
const dag: Dag = {
  dagId: "dag",
  maxActiveTasks: 2,
  tasks: [
    { taskId: "ask", upstream: [], ...unlimited, maxActiveTisPerDag: 1 },
    { taskId: "after", upstream: ["ask"], ...unlimited },
  ],
};

function run(ask: string | null, after: string | null = null): ReturnType<typeof decideRun> {
  return decideRun(dag, [
    { id: "1", taskId: "ask", state: ask },
    { id: "2", taskId: "after", state: after },
  ]);
}

describe("a run", () => {
  test.each(["awaiting_input", "deferred", "running", "queued", "scheduled"])(
    "whose only live task is %s goes on",
    (state) => {
      expect(run(state)).toEqual({ scheduled: [], skipped: [], upstreamFailed: [], state: "running" });
    },
  );

  test("is over when all is over, and failed where something failed", () => {
    expect(run("success", "skipped").state).toBe("success");
    expect(run("success", "failed").state).toBe("failed");
  });

  test("is failed where nothing in it can ever move", () => {
    expect(run("unheard_of").state).toBe("failed");
  });

  test("schedules what follows a success, and a retry; skips and fails what follows those", () => {
    expect(run("success").scheduled).toEqual(["2"]);
    expect(run("up_for_retry").scheduled).toEqual(["1"]);
    expect(run("skipped").skipped).toEqual(["2"]);
    expect(run("failed").upstreamFailed).toEqual(["2"]);
  });
});

const pool: Pool = { pool: "default_pool", slots: 1, includeDeferred: false };

function slotTask(id: string, taskId: string, state: string): SlotTask {
  return { id, runId: "run", taskId, state, pool: "default_pool", poolSlots: 1 };
}

describe("slot accounting", () => {
  const next = slotTask("2", "after", "scheduled");

  test("a parked task holds no pool slot, also where deferred ones do", () => {
    const parked = [slotTask("1", "ask", "awaiting_input")];
    expect(whyNoSlot(next, parked, [{ ...pool, includeDeferred: true }], dag)).toBeUndefined();
  });

  test("a deferred task holds one only where the pool says so", () => {
    const deferred = [slotTask("1", "ask", "deferred")];
    expect(whyNoSlot(next, deferred, [pool], dag)).toBeUndefined();
    expect(whyNoSlot(next, deferred, [{ ...pool, includeDeferred: true }], dag)).toBe("pool default_pool");
  });

  test("a parked task counts against max_active_tis_per_dag, but not against max_active_tasks", () => {
    const parked = [slotTask("1", "ask", "awaiting_input")];
    expect(whyNoSlot(slotTask("3", "ask", "scheduled"), parked, [pool], dag)).toBe("max_active_tis_per_dag");
    expect(whyNoSlot(next, parked, [pool], { ...dag, maxActiveTasks: 1 })).toBeUndefined();
    const working = [slotTask("1", "ask", "running")];
    expect(whyNoSlot(next, working, [{ ...pool, slots: 9 }], { ...dag, maxActiveTasks: 1 })).toBe(
      "max_active_tasks",
    );
  });

  test("what was queued just now holds its slot for the next candidate", () => {
    expect(fitting([next, slotTask("3", "after", "scheduled")], [], [pool], dag)).toEqual(["2"]);
  });
});

describe("flavours", () => {
  const outcome = (...chosen: string[]): { state: "success"; answer: AnswerEvent } => ({
    state: "success",
    answer: { ...aliceEvent, chosen_options: chosen },
  });
  const approval: Flavour = { kind: "approval", approve: "yes", failOnReject: false, downstream: ["a", "b"] };

  test("an approval skips what is downstream of a rejection, or fails if it should", () => {
    expect(completeFlavour(approval, outcome("yes"))).toEqual({ state: "success", skip: [] });
    expect(completeFlavour(approval, outcome("no"))).toEqual({ state: "success", skip: ["a", "b"] });
    expect(completeFlavour({ ...approval, failOnReject: true }, outcome("no")).state).toBe("failed");
  });

  test("a branch skips what was not chosen, and fails where it does not know the task", () => {
    const branch: Flavour = { kind: "branch", downstream: ["a", "b"], taskOfOption: { left: "a" } };
    expect(completeFlavour(branch, outcome("left"))).toEqual({ state: "success", skip: ["b"] });
    expect(completeFlavour(branch, outcome("a", "b"))).toEqual({ state: "success", skip: [] });
    expect(completeFlavour(branch, outcome("c")).state).toBe("failed");
  });

  test("an entry offers OK", () => {
    expect(askedBy({ kind: "entry" }, request).options).toEqual(["OK"]);
  });

  test("whatever failed stays failed", () => {
    const failed = { state: "failed", error: "HITLTimeoutError", message: "late" } as const;
    expect(completeFlavour(approval, failed)).toEqual({ state: "failed", skip: [] });
  });
});
