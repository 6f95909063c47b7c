/** Mutant 22: park asks which state the task is in, not which run holds it (as Airflow does). */
import { parkSql } from "../park.ts";
import { reference } from "../protocol.ts";
import { mapping } from "./derive.ts";
import type { ProtocolMutant } from "./mutant.ts";

export const parkByAnyRun: ProtocolMutant = {
  id: 22,
  title: "park has no invocation identity",
  violates: ["I3", "I14"],
  shortest: "park, reply lost; respond; the next run starts; park again",
  protocol: {
    ...reference,
    park: (db, input, options) => {
      const own = (row: object): object => ({ ...row, invocation_id: input.invocationId });
      const anyRun = mapping(mapping(db, parkSql.lockTask, own), parkSql.lockDetail, own);
      return reference.park(anyRun, input, options);
    },
  },
};
