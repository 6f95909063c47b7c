/** Mutant 12: sweep takes all rows, waits for each, and in no order. Postgres promises none without ORDER BY (a
 * synchronized scan begins where another one is): random() stands for that, and comes from the run's seed. */
import { reference } from "../protocol.ts";
import { sweepSql } from "../sweep.ts";
import { replaced, rewriting } from "./derive.ts";
import type { ProtocolMutant } from "./mutant.ts";
const greedy = replaced(
  replaced(
    replaced(sweepSql.lockTasks, "order by trigger_timeout, id", ""),
    "limit $2",
    "and $2::integer is not null order by random()",
  ),
  "skip locked",
  "",
);

export const sweepBlocksUnordered: ProtocolMutant = {
  id: 12,
  title: "sweep is unbounded, unordered and blocking",
  violates: ["I8"],
  shortest: "one sweep takes a, then b; another b, then a",
  protocol: {
    ...reference,
    sweep: (db, input, options) => reference.sweep(rewriting(db, sweepSql.lockTasks, greedy), input, options),
  },
};
