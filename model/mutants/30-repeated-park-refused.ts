/** Mutant 30: a repeated park gets 409 although it had been done (23, first half). */
import { parkSql } from "../park.ts";
import { reference } from "../protocol.ts";
import { replaced, rewriting } from "./derive.ts";
import type { ProtocolMutant } from "./mutant.ts";
const refusing = replaced(
  parkSql.lockTask,
  "select state,",
  "select case state when 'running' then state else 'not running: ' || state end as state,",
);

export const repeatedParkRefused: ProtocolMutant = {
  id: 30,
  title: "a repeated park gets 409",
  violates: ["linear"],
  shortest: "park; park",
  protocol: {
    ...reference,
    park: (db, input, options) => reference.park(rewriting(db, parkSql.lockTask, refusing), input, options),
  },
};
