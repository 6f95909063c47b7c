/** Mutant 13: sweep fails at a next_kwargs that cannot carry the event. */
import { reference } from "../protocol.ts";
import { resumeSql } from "../resume.ts";
import { rewriting } from "./derive.ts";
import type { ProtocolMutant } from "./mutant.ts";
const unguarded = `
  update task_instance
     set state = 'scheduled', scheduled_dttm = $3, trigger_id = null, trigger_timeout = null,
         next_kwargs = jsonb_set(coalesce(next_kwargs, '{}'), '{event}', $2::jsonb)
   where id = $1`;

export const badRowAbortsBatch: ProtocolMutant = {
  id: 13,
  title: "a bad row aborts the batch",
  violates: ["I5"],
  shortest: "one bad row among others that are due; sweep",
  protocol: {
    ...reference,
    sweep: (db, input, options) => reference.sweep(rewriting(db, resumeSql, unguarded), input, options),
  },
};
