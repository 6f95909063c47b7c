/**
 * Mutant 5: respond decides on what it read before it locked: that nobody has answered, and that the task waits. Where it
 * did not wait, the locked state counts: deciding on a stale RUNNING is another mutant, the third.
 */
import { reference } from "../protocol.ts";
import { respondSql } from "../respond.ts";
import { answering, replaced } from "./derive.ts";
import type { ProtocolMutant } from "./mutant.ts";

const readTask = replaced(respondSql.lockTask, "for update", "");
const readDetail = replaced(respondSql.lockDetail, "for update", "");

export const respondWithoutRecheck: ProtocolMutant = {
  id: 5,
  title: "respond does not check again under the lock",
  violates: ["I1", "I3"],
  shortest: "two respond read; both commit",
  protocol: {
    ...reference,
    respond: async (db, input, options) => {
      const task = await db.query<{ state: string | null }>(readTask, [input.taskInstanceId]);
      const detail = await db.query(readDetail, [input.taskInstanceId]);
      const waited = task.rows[0]?.state === "awaiting_input";
      const staleTask = waited ? answering(db, respondSql.lockTask, task.rows) : db;
      const stale = answering(staleTask, respondSql.lockDetail, detail.rows);
      return reference.respond(stale, input, options);
    },
  },
};
