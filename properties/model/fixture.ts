/**
 * One PGlite for a test file, with one connection; and rows to begin with.
 */
import { PGlite } from "@electric-sql/pglite";
import type { ParkInput } from "../../model/park.ts";
import type { Queryable } from "../../model/query-port.ts";
import type { RespondInput } from "../../model/respond.ts";
import { schema } from "../../model/schema.ts";

/** 2026-01-01T00:00:00Z plus so many milliseconds. */
export function at(ms: number): Date {
  return new Date(Date.UTC(2026, 0, 1) + ms);
}

/** Id of the task that `reset` creates, and the worker run that holds it. */
export const TASK = "task";
export const RUN = "run-1";

/** A request that is easy to answer: the one that the races ask. */
export { form as request } from "../races/initial-state.ts";

/** A person who may answer it, and what she answers at 10 ms to the request of 0 ms. */
export const alice = { id: "alice", name: "Alice" } as const;
export const aliceAnswers: RespondInput = {
  taskInstanceId: TASK,
  createdAt: at(0),
  user: alice,
  chosenOptions: ["approve"],
  paramsInput: {},
  now: at(10),
};

/** What the worker run parks the task with at 5 ms, for a second. */
export const parking: ParkInput = {
  taskInstanceId: TASK,
  invocationId: RUN,
  timeoutMs: 1000,
  nextMethod: "execute_complete",
  nextKwargs: {},
  now: at(5),
};

/** A connection to an own database with the protocol's tables; `close` ends it. */
export async function openDatabase(): Promise<Queryable & { close(): Promise<void> }> {
  const pglite = await PGlite.create();
  await pglite.exec(schema);
  return {
    async query<Row>(text: string, values: readonly unknown[] = []) {
      const { rows, affectedRows = null } = await pglite.query<Row>(text, [...values]);
      return { rows, rowCount: affectedRows };
    },
    close: () => pglite.close(),
  };
}

/** Empties the tables and puts in one task per id, all in `state` and held by RUN. */
export async function reset(
  db: Queryable,
  state: string | null = "running",
  ids: readonly string[] = [TASK],
): Promise<void> {
  await db.query("delete from dag_run");
  await db.query("delete from hitl_detail_history");
  await db.query("insert into dag_run values ('dag', 'run', 'running')");
  for (const id of ids) {
    await db.query(
      `insert into task_instance (id, dag_id, run_id, task_id, state, invocation_id)
       values ($1, 'dag', 'run', $1, $2, $3)`,
      [id, state, RUN],
    );
  }
}
