/** Mutant 9: sweep picks its rows and reads their answers under one snapshot, and locks the rows afterwards. */
import { reference } from "../protocol.ts";
import type { Queryable } from "../query-port.ts";
import { sweepSql } from "../sweep.ts";
import { replaced } from "./derive.ts";
import type { ProtocolMutant } from "./mutant.ts";

const overdue = replaced(sweepSql.lockTasks, "for update skip locked", "");
const readDetails = replaced(
  replaced(sweepSql.lockDetails, "for update", ""),
  "ti_id = any ($1)",
  `ti_id in (${overdue})`,
);
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
  let details: readonly { readonly ti_id: string }[] = [];
  return {
    query: async <Row>(text: string, values?: readonly unknown[]) => {
      if (text === sweepSql.lockTasks) {
        details = (await db.query<{ readonly ti_id: string }>(readDetails, values)).rows;
        return db.query<Row>(lockTasks, [details.map(({ ti_id }) => ti_id)]);
      }
      const result = await db.query<Row>(text, values);
      return text === sweepSql.lockDetails ? { ...result, rows: [...details] as Row[] } : result;
    },
  };
}
