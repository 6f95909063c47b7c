/** Mutant 28: the dag-run timeout skips the tasks that it read without a lock. */
import { reference } from "../protocol.ts";
import { timeoutRunSql } from "../timeout-run.ts";
import { replaced, rewriting } from "./derive.ts";
import type { ProtocolMutant } from "./mutant.ts";
const unlocked = replaced(timeoutRunSql.lockTasks, "for update", "");

export const runTimeoutStale: ProtocolMutant = {
  id: 28,
  title: "the dag-run timeout writes from a stale read",
  violates: ["I6"],
  shortest: "the timeout reads parked; respond and the worker run; it skips",
  protocol: {
    ...reference,
    timeoutRun: (db, input, options) =>
      reference.timeoutRun(rewriting(db, timeoutRunSql.lockTasks, unlocked), input, options),
  },
};
