/**
 * Against an unbounded sweep in a single statement, as Airflow's pull request 72595 had it: all overdue tasks at once, no
 * limit, no SKIP LOCKED. The same tasks, the same final rows; on the server.
 */
import type { Queryable } from "../../model/query-port.ts";
import { sweep } from "../../model/sweep.ts";
import { inTransaction } from "../../model/transaction.ts";
import { startStopwatch } from "../../sim/real-time.ts";
import type { BenchCase, BenchContext } from "../bench-case.ts";
import { withDatabase } from "../databases/database.ts";
import { openServer } from "../databases/server.ts";
import { counting, newCount } from "../measure/counting.ts";
import { interleave } from "../measure/interleave.ts";
import { median, ratioOf, rounded } from "../measure/spread.ts";
import type { Findings } from "../result.ts";
import { createBacklogIn, type Backlog } from "../sweep/backlog.ts";
import { singleUpdateSql } from "./single-update-sql.ts";

/** Tasks that stay parked. */
const PARKED = 1_000;

/** What one side did in all rounds. */
interface Side {
  readonly name: "bounded sweeps" | "single statement";
  readonly backlog: Backlog;
  readonly count: ReturnType<typeof newCount>;
  /** The longest transaction of each round, milliseconds. */
  readonly longestMs: number[];
  /** Tasks that one transaction resumed at most. */
  largest: number;
}

/** The case. */
export const singleUpdate: BenchCase = {
  name: "single-update",
  title: "Against an unbounded sweep in one statement",
  run: measure,
};

async function measure({ scale, progress }: BenchContext): Promise<Findings> {
  const { tasks, rounds } = scale.singleUpdate;
  return await withDatabase(openServer, async (server) => {
    const open = async (name: Side["name"], namespace: string): Promise<Side> => {
      const backlog = await createBacklogIn(server, namespace, PARKED);
      return { name, backlog, count: newCount(), longestMs: [], largest: 0 };
    };
    const bounded = await open("bounded sweeps", "bounded");
    const single = await open("single statement", "single");
    progress(`${tasks} overdue tasks, ${rounds} rounds`);
    const timings = await interleave(
      [timedSide(bounded, tasks, sweepAll), timedSide(single, tasks, updateAll)],
      { rounds },
    );
    const [ours, theirs] = [timings[bounded.name] ?? [], timings[single.name] ?? []];
    const resumed = tasks * rounds;
    return {
      ratios: [
        ratioOf(
          {
            name: "single-update/time of all",
            says: "time to resume all tasks, bounded sweeps : single statement",
            basis: "time",
          },
          ours,
          theirs,
        ),
        ratioOf(
          {
            name: "single-update/longest transaction",
            says: "time for which rows stay locked, single statement : bounded sweeps",
            basis: "time",
          },
          single.longestMs,
          bounded.longestMs,
        ),
        ratioOf(
          {
            name: "single-update/rows locked at once",
            says: "tasks locked by one transaction, single statement : bounded sweeps",
            basis: "count",
          },
          [single.largest],
          [bounded.largest],
        ),
      ],
      tables: [
        {
          title: `${tasks} overdue tasks`,
          columns: ["", "ms for all (median)", "longest transaction, ms (median)", "statements for a task"],
          rows: [
            [bounded, ours],
            [single, theirs],
          ].map(([side, ms]) => {
            const { name, longestMs, count } = side as Side;
            return [
              name,
              rounded(median(ms as readonly number[])),
              rounded(median(longestMs)),
              rounded(count.statements / resumed),
            ];
          }),
        },
      ],
      plots: [],
      notes: NOTES,
    };
  });
}

type Resume = (db: Queryable, now: Date, tasks: number) => Promise<number>;

function timedSide(
  side: Side,
  tasks: number,
  resume: Resume,
): { name: string; prepare: () => Promise<void>; run: () => Promise<void> } {
  let now = new Date(0);
  return {
    name: side.name,
    async prepare() {
      now = await side.backlog.readyFor(tasks);
      await side.backlog.db.query("vacuum (analyze)");
    },
    async run() {
      let longestMs = 0;
      let resumed = 0;
      while (resumed < tasks) {
        const elapsedMs = startStopwatch();
        const batch = await resume(counting(side.backlog.db, side.count), now, tasks);
        resumed += batch;
        side.largest = Math.max(side.largest, batch);
        longestMs = Math.max(longestMs, elapsedMs());
      }
      side.longestMs.push(longestMs);
      side.backlog.swept(resumed);
    },
  };
}

async function sweepAll(db: Queryable, now: Date): Promise<number> {
  return (await sweep(db, { now })).resumed.length;
}

async function updateAll(db: Queryable, now: Date, tasks: number): Promise<number> {
  return await inTransaction(db, async () => {
    const { rows } = await db.query<{ resumed: number }>(singleUpdateSql, [now]);
    const resumed = rows[0]?.resumed ?? 0;
    if (resumed !== tasks) throw new Error(`The single statement resumed ${resumed} of ${tasks} tasks.`);
    return resumed;
  });
}

const NOTES: readonly string[] = [
  "In all, one statement is cheaper: a bounded sweep sends two or three statements for each task, most of them round trips. What it buys is in the other columns: nobody waits longer than for one batch, and schedulers do not wait for each other.",
  "While the single statement runs, a response to any of its tasks waits until it ends, and a second scheduler waits for the first; with the bounded sweep the other scheduler skips what is locked.",
  "The tables are vacuumed before each round. One connection, nobody else at work.",
];
