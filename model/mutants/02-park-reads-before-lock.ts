/** Mutant 2: park reads the answer before it has its locks, and believes what it read. */
import { parkSql } from "../park.ts";
import { reference } from "../protocol.ts";
import { answering, replaced } from "./derive.ts";
import type { ProtocolMutant } from "./mutant.ts";
const readDetail = replaced(parkSql.lockDetail, "for update", "");

export const parkReadsBeforeLock: ProtocolMutant = {
  id: 2,
  title: "park reads the detail before it locks",
  violates: ["I2"],
  shortest: "park reads; respond commits; park parks",
  protocol: {
    ...reference,
    park: async (db, input, options) => {
      const detail = await db.query(readDetail, [input.taskInstanceId]);
      return reference.park(answering(db, parkSql.lockDetail, detail.rows), input, options);
    },
  },
};
