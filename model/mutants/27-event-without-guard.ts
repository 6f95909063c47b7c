/** Mutant 27: a trigger's event is applied to whatever the task has become. */
import { fireSql } from "../fire.ts";
import { reference } from "../protocol.ts";
import { replaced, rewriting } from "./derive.ts";
import type { ProtocolMutant } from "./mutant.ts";
const unguarded = replaced(
  fireSql.lockTask,
  "trigger_id = $2 and state = 'deferred'",
  "$2::integer is not null",
);

export const eventWithoutGuard: ProtocolMutant = {
  id: 27,
  title: "the event is applied without the state and trigger guard",
  violates: ["I6"],
  shortest: "the trigger fires; mark failed; the event arrives",
  protocol: {
    ...reference,
    fire: (db, input, options) => reference.fire(rewriting(db, fireSql.lockTask, unguarded), input, options),
  },
};
