/** Mutant 25: the scheduler's deadlock check does not know awaiting_input. */
import { reference } from "../protocol.ts";
import { scheduleSql } from "../schedule.ts";
import { replaced, rewriting } from "./derive.ts";
import type { ProtocolMutant } from "./mutant.ts";
const unheardOf = replaced(
  scheduleSql.lockTasks,
  "task_id, state from",
  "task_id, case state when 'awaiting_input' then 'unheard_of' else state end as state from",
);

export const parkedLooksDeadlocked: ProtocolMutant = {
  id: 25,
  title: "the deadlock check does not know the new state",
  violates: ["I13"],
  shortest: "one parked task; scheduler step",
  protocol: {
    ...reference,
    schedule: (db, input, options) =>
      reference.schedule(rewriting(db, scheduleSql.lockTasks, unheardOf), input, options),
  },
};
