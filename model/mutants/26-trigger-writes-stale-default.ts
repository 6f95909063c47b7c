/** Mutant 26: the trigger decides on what it read before it had its locks. */
import { pollSql } from "../poll.ts";
import { reference } from "../protocol.ts";
import { answering, replaced } from "./derive.ts";
import type { ProtocolMutant } from "./mutant.ts";
const readDetail = replaced(pollSql.lockDetail, "for update", "");

export const triggerWritesStaleDefault: ProtocolMutant = {
  id: 26,
  title: "the trigger writes the default without re-reading",
  violates: ["I5"],
  shortest: "the trigger reads; respond; the trigger writes",
  protocol: {
    ...reference,
    poll: async (db, input, options) => {
      const detail = await db.query(readDetail, [input.taskInstanceId]);
      return reference.poll(answering(db, pollSql.lockDetail, detail.rows), input, options);
    },
  },
};
