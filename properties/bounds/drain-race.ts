/**
 * As many sweeps as the overdue tasks need, each by a scheduler of its own, and a person who may answer one of the tasks.
 */
import fc from "fast-check";
import { BACKLOG_EPOCH_MS, deadlineOf, idSql, parkBacklog } from "../../model/backlog.ts";
import type { Protocol } from "../../model/protocol.ts";
import { schema } from "../../model/schema.ts";
import type { SweepResult } from "../../model/sweep.ts";
import type { Actor, Race } from "../../sim/race/race.ts";
import { bareRace } from "../bare-race.ts";

/** Overdue tasks, tasks that one sweep takes, and sweeps that all of them need: ceil(tasks / limit). */
export const TASKS = 7;
export const LIMIT = 3;
export const SWEEPS = 3;

/** Statements of one sweep at most: BEGIN and two locks, defaults and resume for each task, COMMIT. */
export const STATEMENTS_OF_A_SWEEP: number = 3 + 2 * LIMIT + 1;

/** Whether a person answers the second task meanwhile. */
export interface DrainData {
  readonly person: boolean;
}

/** The race over `protocol`. Its actors are sweep1, sweep2, sweep3 and person. */
export function drainRace(protocol: Protocol): Race<number, DrainData> {
  return bareRace<number, DrainData>({
    name: "bounds/drain",
    description: "Schedulers sweep all overdue tasks at once.",
    schema,
    data: fc.record({ person: fc.boolean() }),
    setup: (db) => parkBacklog(db, 1, TASKS),
    actors: ({ person }) => ({ ...schedulers(protocol), ...(person ? { person: answer(protocol) } : {}) }),
    observe: async (db) => {
      const { rows } = await db.query<{ waiting: number }>(
        "select count(*)::integer as waiting from task_instance where state = 'awaiting_input'",
      );
      return rows[0]?.waiting ?? 0;
    },
  });
}

function schedulers(protocol: Protocol): Readonly<Record<string, Actor>> {
  const sweep: Actor = async ({ db, operation }) => {
    const input = { now: deadlineOf(TASKS), limit: LIMIT };
    await operation<SweepResult>("sweep", input, () => protocol.sweep(db, input));
  };
  return Object.fromEntries(Array.from({ length: SWEEPS }, (_, index) => [`sweep${index + 1}`, sweep]));
}

function answer(protocol: Protocol): Actor {
  return async ({ db, operation }) => {
    const { rows } = await db.query<{ id: string }>(`select ${idSql("ordered", "2")} as id`);
    const input = {
      taskInstanceId: rows[0]?.id ?? "",
      createdAt: new Date(BACKLOG_EPOCH_MS),
      user: { id: "person", name: "Person" },
      chosenOptions: ["approve"],
      paramsInput: {},
      now: deadlineOf(TASKS),
    };
    await operation("respond", input, () => protocol.respond(db, input));
  };
}
