import { afterAll, beforeAll, expect, test } from "vitest";
import { pendingActions } from "../../model/pending-actions.ts";
import { reference } from "../../model/protocol.ts";
import type { Queryable } from "../../model/query-port.ts";
import { at, openDatabase, request, reset, RUN } from "./fixture.ts";

let db: Queryable & { close(): Promise<void> };
beforeAll(async () => {
  db = await openDatabase();
}, 120_000);
afterAll(() => db.close());

test("an old task that is deferred and a new one that is parked both appear as pending, and both resume", async () => {
  await reset(db, "running", ["new", "old"]);
  const waiting = {
    timeoutMs: null,
    nextMethod: "execute_complete",
    nextKwargs: {},
    invocationId: RUN,
    now: at(2),
  };
  for (const taskInstanceId of ["new", "old"]) {
    const now = at(taskInstanceId === "old" ? 0 : 1);
    await reference.ask(db, { taskInstanceId, invocationId: RUN, request, now });
  }
  expect(await pendingActions(db)).toEqual([]);
  await reference.defer(db, { ...waiting, taskInstanceId: "old", triggerId: 1 });
  await reference.park(db, { ...waiting, taskInstanceId: "new" });
  expect(await pendingActions(db)).toEqual([
    { taskInstanceId: "old", subject: request.subject, state: "deferred" },
    { taskInstanceId: "new", subject: request.subject, state: "awaiting_input" },
  ]);
  const { rows: triggers } = await db.query<{ ti_id: string }>("select ti_id from trigger");
  expect(triggers).toEqual([{ ti_id: "old" }]);

  const answer = { user: { id: "a", name: "A" }, chosenOptions: ["approve"], paramsInput: {}, now: at(9) };
  await reference.respond(db, { ...answer, taskInstanceId: "old", createdAt: at(0) });
  await reference.respond(db, { ...answer, taskInstanceId: "new", createdAt: at(1) });
  expect(await pendingActions(db)).toEqual([]);
  const trigger = { taskInstanceId: "old", triggerId: 1, now: at(10) };
  const polled = await reference.poll(db, trigger);
  if (polled.status !== 200 || polled.event === null) throw new Error("the trigger saw no answer");
  await reference.fire(db, { ...trigger, event: polled.event });
  const { rows } = await db.query<{ state: string }>("select state from task_instance order by id");
  expect(rows).toEqual([{ state: "scheduled" }, { state: "scheduled" }]);
  expect((await db.query("select id from trigger")).rows).toEqual([]);
});
