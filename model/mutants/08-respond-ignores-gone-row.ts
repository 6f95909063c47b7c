/** Mutant 8: respond looks the task up, and does not look whether the row is still there when it has the lock. */
import { reference } from "../protocol.ts";
import { respondSql } from "../respond.ts";
import { ignoringGone, replaced } from "./derive.ts";
import type { ProtocolMutant } from "./mutant.ts";
const readTask = replaced(respondSql.lockTask, "for update", "");
const readDetail = replaced(respondSql.lockDetail, "for update", "");

export const respondIgnoresGoneRow: ProtocolMutant = {
  id: 8,
  title: "respond ignores that the row is gone after the lock",
  violates: ["I6"],
  shortest: "respond looks up; clear; respond writes",
  protocol: {
    ...reference,
    respond: async (db, input, options) => {
      const task = await db.query(readTask, [input.taskInstanceId]);
      const detail = await db.query(readDetail, [input.taskInstanceId]);
      const blind = ignoringGone(db, respondSql.lockTask, task.rows);
      return reference.respond(ignoringGone(blind, respondSql.lockDetail, detail.rows), input, options);
    },
  },
};
