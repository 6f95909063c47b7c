/** Mutant 7: respond takes every state but RUNNING and DEFERRED for a wait. */
import { reference } from "../protocol.ts";
import { respondSql } from "../respond.ts";
import { replaced, rewriting } from "./derive.ts";
import type { ProtocolMutant } from "./mutant.ts";

const anyState = replaced(
  respondSql.lockTask,
  "select state,",
  "select case when state in ('running', 'deferred') then state else 'awaiting_input' end as state,",
);

export const respondResumesAnyState: ProtocolMutant = {
  id: 7,
  title: "respond resumes from any state",
  violates: ["I6", "I3"],
  shortest: "mark success; respond",
  protocol: {
    ...reference,
    respond: (db, input, options) =>
      reference.respond(rewriting(db, respondSql.lockTask, anyState), input, options),
  },
};
