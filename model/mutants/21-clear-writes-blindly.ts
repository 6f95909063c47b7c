/** Mutant 21: clear reads the task and its request without locks, and archives and overwrites as if nothing had happened. */
import { clearSql } from "../clear.ts";
import { reference } from "../protocol.ts";
import type { Queryable } from "../query-port.ts";
import { replaced, rewriting } from "./derive.ts";
import type { ProtocolMutant } from "./mutant.ts";
const readTask = replaced(clearSql.lockTask, "for update", "");
const readDetail = replaced(
  replaced(clearSql.lockDetail, "for update", ""),
  "select ti_id",
  "select ti_id, responded_at",
);
const archiveUnanswered = replaced(
  clearSql.archiveDetail,
  "responded_at, responded_by, chosen_options, params_input",
  "null, null, null, null",
);

export const clearWritesBlindly: ProtocolMutant = {
  id: 21,
  title: "clear writes blindly over a response",
  violates: ["I6", "I10"],
  shortest: "clear reads; respond and the worker run; clear writes",
  protocol: {
    ...reference,
    clear: (db, input, options) => reference.clear(blind(db), input, options),
  },
};

/** Reads the request first of all, and archives it as it was then. */
function blind(db: Queryable): Queryable {
  let unanswered = false;
  const unlocked = rewriting(db, clearSql.lockTask, readTask);
  return {
    query: async <Row>(text: string, values?: readonly unknown[]) => {
      if (text === clearSql.archiveTask) {
        const detail = (await db.query<{ responded_at: Date | null }>(readDetail, values)).rows[0];
        unanswered = detail?.responded_at === null;
      }
      if (text === clearSql.lockDetail) return unlocked.query<Row>(readDetail, values);
      const archives = text === clearSql.archiveDetail && unanswered;
      return unlocked.query<Row>(archives ? archiveUnanswered : text, values);
    },
  };
}
