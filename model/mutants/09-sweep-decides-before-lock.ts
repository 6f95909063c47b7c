/** Mutant 9: sweep picks its rows and reads their answers first, then locks them in the same order and writes. */
import { reference } from "../protocol.ts";
import type { Queryable } from "../query-port.ts";
import { sweepSql } from "../sweep.ts";
import { replaced } from "./derive.ts";
import type { ProtocolMutant } from "./mutant.ts";

const readTasks = replaced(sweepSql.lockTasks, "for update skip locked", "");
const readDetails = replaced(sweepSql.lockDetails, "for update", "");
const lockTasks = `select id from task_instance where id = any ($1) order by id for update`;

export const sweepDecidesBeforeLock: ProtocolMutant = {
  id: 9,
  title: "sweep decides on a snapshot from before the lock",
  violates: ["I5", "I4"],
  shortest: "sweep reads; respond 200; sweep times out",
  protocol: {
    ...reference,
    sweep: (db, input, options) => reference.sweep(readingFirst(db), input, options),
  },
};

function readingFirst(db: Queryable): Queryable {
  let details: unknown[] = [];
  return {
    query: async <Row>(text: string, values?: readonly unknown[]) => {
      if (text === sweepSql.lockTasks) {
        const tasks = await db.query<Row & { readonly id: string }>(readTasks, values);
        if (tasks.rows.length === 0) return tasks;
        const ids = tasks.rows.map(({ id }) => id);
        details = (await db.query(readDetails, [ids])).rows;
        await db.query(lockTasks, [ids]);
        return tasks;
      }
      const result = await db.query<Row>(text, values);
      return text === sweepSql.lockDetails ? { ...result, rows: details as Row[] } : result;
    },
  };
}
