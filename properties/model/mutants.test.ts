import { afterAll, beforeAll, expect, test } from "vitest";
import { atEveryCommit } from "../../model/invariants/index.ts";
import { replaced } from "../../model/mutants/derive.ts";
import { mutants } from "../../model/mutants/index.ts";
import { reference, type Protocol } from "../../model/protocol.ts";
import type { Queryable } from "../../model/query-port.ts";
import { observeState } from "../../model/state.ts";
import { aliceAnswers, at, openDatabase, parking, request, reset, RUN, TASK } from "./fixture.ts";
import { commit } from "./states.ts";

let db: Queryable & { close(): Promise<void> };
beforeAll(async () => {
  db = await openDatabase();
}, 60_000);
afterAll(() => db.close());

const answer = { ...aliceAnswers, now: at(2) };
const untimed = { ...parking, timeoutMs: 0, now: at(1) };

async function asked(): Promise<void> {
  await reset(db);
  await reference.ask(db, { taskInstanceId: TASK, invocationId: RUN, request, now: at(0) });
}

function mutant(id: number): Protocol {
  const found = mutants.find((candidate) => candidate.id === id);
  if (found === undefined) throw new Error(`no mutant ${id}`);
  return found.protocol;
}

/** Names of the invariants that the commit of `body` breaks. */
async function broken(operation: string, input: object, body: () => Promise<unknown>): Promise<string[]> {
  const before = await observeState(db);
  await body();
  const view = commit(before, await observeState(db), operation, 2);
  const call = { actor: "actor", name: operation, input };
  return atEveryCommit
    .filter(({ check }) => check({ ...view, operation: call }) !== undefined)
    .map(({ name }) => name);
}

/** What a statement does, in the order in which `body` sends them. */
async function sent(body: (recording: Queryable) => Promise<unknown>): Promise<string[]> {
  const words: string[] = [];
  await body({
    query: (text, values) => {
      const [verb = ""] = text.trim().split(" ");
      const relation = /(?:from|update) (task_instance|hitl_detail)/.exec(text)?.[1];
      const lock = text.includes("for update") ? " for update" : "";
      words.push(relation === undefined ? verb : `${verb} ${relation}${lock}`);
      return db.query(text, values);
    },
  });
  return words;
}

test("mutant 1 parks a task whose request is answered, and so breaks I2", async () => {
  await asked();
  await reference.respond(db, answer);
  expect(await broken("park", untimed, () => mutant(1).park(db, untimed))).toContain("I2");
});

test("mutant 4 locks the detail before the task", async () => {
  await asked();
  const [, first, second] = await sent((recording) => mutant(4).respond(recording, answer));
  expect([first, second]).toEqual(["select hitl_detail for update", "select task_instance for update"]);
});

test("mutant 5 reads both rows before its transaction begins", async () => {
  await asked();
  expect(await sent((recording) => mutant(5).respond(recording, answer))).toEqual([
    "select task_instance",
    "select hitl_detail",
    "begin",
    "select task_instance for update",
    "select hitl_detail for update",
    "update hitl_detail",
    "commit",
  ]);
});

test("mutant 7 resumes a task that was marked success, and so breaks I3 and I6", async () => {
  await asked();
  await reference.mark(db, { taskInstanceId: TASK, state: "success" });
  const names = await broken("respond", answer, () => mutant(7).respond(db, answer));
  expect(names).toEqual(expect.arrayContaining(["I3", "I6"]));
});

test("mutant 9 reads tasks and answers before it locks them", async () => {
  await asked();
  await reference.park(db, untimed);
  expect((await sent((recording) => mutant(9).sweep(recording, { now: at(1) }))).slice(0, 4)).toEqual([
    "begin",
    "select hitl_detail",
    "select task_instance for update",
    "select hitl_detail for update",
  ]);
});

test("a mutant whose rewritten clause is not in the reference any more is refused", () => {
  expect(() => replaced("select 1", "for update", "")).toThrow('"for update" occurs 0 times in: select 1');
  expect(() => replaced("a a", "a", "b")).toThrow("occurs 2 times");
});
