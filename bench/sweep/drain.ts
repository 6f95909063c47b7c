/**
 * Drain: all overdue tasks are swept by 1, 2, 4 and 8 schedulers at once. The total work must not grow with their number, and
 * no task may be resumed twice.
 */
import { deadlineOf } from "../../model/backlog.ts";
import type { Queryable } from "../../model/query-port.ts";
import { sweep, SWEEP_LIMIT } from "../../model/sweep.ts";
import { startStopwatch } from "../../sim/real-time.ts";
import type { BenchCase, BenchContext } from "../bench-case.ts";
import { withDatabase } from "../databases/database.ts";
import { openInProcess, type InProcess } from "../databases/in-process.ts";
import { openServer, type BenchServer } from "../databases/server.ts";
import { counting, newCount } from "../measure/counting.ts";
import { ratioOf, rounded } from "../measure/spread.ts";
import type { Findings, Ratio } from "../result.ts";
import { createDrainBacklog, type Backlog } from "./backlog.ts";

/** At most so many times the work of one scheduler. */
const MAX_GROWTH = 1.1;

/** One drain. */
interface Drain {
  readonly schedulers: number;
  /** Sweeps that resumed something. */
  readonly sweeps: number;
  /** Sweeps that found nothing: the last one of each scheduler, and those that lost everything to the others. */
  readonly emptySweeps: number;
  readonly statements: number;
  readonly rowsLocked: number;
  /** Tasks resumed, each time that a sweep said so. */
  readonly resumed: number;
  /** Those that more than one sweep resumed. */
  readonly twice: number;
  /** Statements that had to wait for a lock; not known of the server. */
  readonly waits: number | undefined;
  readonly seconds: number;
  readonly buffers: number | undefined;
}

/** The case. */
export const drain: BenchCase = {
  name: "drain",
  title: "Draining overdue tasks with several schedulers",
  run: measure,
};

async function measure(context: BenchContext): Promise<Findings> {
  const found: { readonly database: string; readonly drains: readonly Drain[] }[] = [];
  for (const open of [openServer, openInProcess]) {
    await withDatabase<BenchServer | InProcess, void>(open, async (database) => {
      found.push({ database: database.name, drains: await drains(database, context) });
    });
  }
  return {
    ratios: found.flatMap(({ database, drains }) => growth(database, drains)),
    tables: found.map(({ database, drains }) => table(database, drains)),
    plots: [
      {
        name: "drain-work",
        title: "Statements for a whole drain against schedulers",
        x: { label: "schedulers", scale: "linear" },
        y: { label: "statements for each task", scale: "linear" },
        points: points(found, ({ statements, resumed }) => statements / resumed),
      },
      {
        name: "drain-time",
        title: "Tasks a second against schedulers",
        x: { label: "schedulers", scale: "linear" },
        y: { label: "tasks a second", scale: "linear" },
        points: points(found, ({ resumed, seconds }) => resumed / seconds),
      },
    ],
    notes: NOTES,
  };
}

async function drains(database: BenchServer | InProcess, context: BenchContext): Promise<readonly Drain[]> {
  const { tasks, schedulers } = context.scale.drain;
  context.progress(`${database.name}, parking ${tasks * schedulers.length}`);
  const backlog = await createDrainBacklog(database, tasks * schedulers.length);
  const results: Drain[] = [];
  for (const [index, count] of schedulers.entries()) {
    context.progress(`${database.name}, ${count} schedulers`);
    // What the drain before left behind is not this one's work; in process nobody can vacuum.
    if (database.name === "server" && index > 0) await backlog.db.query("vacuum (analyze)");
    results.push(await drainOnce(database, backlog, deadlineOf((index + 1) * tasks), count));
  }
  return results;
}

async function drainOnce(
  database: BenchServer | InProcess,
  backlog: Backlog,
  now: Date,
  schedulers: number,
): Promise<Drain> {
  const sessions = await Promise.all(Array.from({ length: schedulers }, () => database.session()));
  const count = newCount();
  const resumed: string[] = [];
  let sweeps = 0;
  let emptySweeps = 0;
  const waitsBefore = database.name === "server" ? undefined : database.waits().length;
  const buffersBefore = await buffersTouched(database, [backlog.db]);
  const elapsedMs = startStopwatch();
  await Promise.all(
    sessions.map(async (session) => {
      for (;;) {
        const swept = (await sweep(counting(session, count), { now })).resumed;
        resumed.push(...swept.map(({ taskInstanceId }) => taskInstanceId));
        if (swept.length === 0) {
          emptySweeps += 1;
          return;
        }
        sweeps += 1;
      }
    }),
  );
  const seconds = elapsedMs() / 1000;
  const buffersAfter = await buffersTouched(database, [backlog.db, ...sessions]);
  backlog.swept(resumed.length);
  return {
    schedulers,
    sweeps,
    emptySweeps,
    statements: count.statements,
    rowsLocked: count.rowsLocked,
    resumed: resumed.length,
    twice: resumed.length - new Set(resumed).size,
    waits: waitsBefore === undefined ? undefined : (database as InProcess).waits().length - waitsBefore,
    seconds,
    buffers:
      buffersBefore === undefined || buffersAfter === undefined ? undefined : buffersAfter - buffersBefore,
  };
}

/**
 * Pages of the protocol's tables that were asked for so far, once `sessions` have reported what they did; the in-process server
 * keeps no such count.
 */
async function buffersTouched(
  database: BenchServer | InProcess,
  sessions: readonly [Queryable, ...Queryable[]],
): Promise<number | undefined> {
  if (database.name !== "server") return undefined;
  for (const session of sessions) await session.query("select pg_stat_force_next_flush()");
  const { rows } = await sessions[0].query<{ blocks: string }>(`
    select sum(heap_blks_read + heap_blks_hit + coalesce(idx_blks_read, 0) + coalesce(idx_blks_hit, 0))::text as blocks
      from pg_statio_user_tables`);
  return Number(rows[0]?.blocks ?? 0);
}

function growth(database: string, drains: readonly Drain[]): readonly Ratio[] {
  const [one, most] = [drains[0], drains.at(-1)] as [Drain, Drain];
  const says = (what: string): string => `${what} with ${most.schedulers} schedulers : with 1`;
  const count = (what: string, of: (drain: Drain) => number): Ratio =>
    ratioOf(
      {
        name: `drain/${database}/${what}`,
        says: says(what),
        basis: "count",
        limit: { atMost: MAX_GROWTH },
      },
      [of(most)],
      [of(one)],
    );
  const twice = ratioOf(
    {
      name: `drain/${database}/resumed twice`,
      says: `resumptions : tasks, over all drains`,
      basis: "count",
      limit: { atMost: 1 },
    },
    [total(drains, ({ resumed }) => resumed)],
    [total(drains, ({ resumed, twice }) => resumed - twice)],
  );
  return [
    count("rows locked", ({ rowsLocked }) => rowsLocked),
    count("statements", ({ statements }) => statements),
    twice,
  ];
}

function total(drains: readonly Drain[], of: (drain: Drain) => number): number {
  return drains.reduce((sum, drain) => sum + of(drain), 0);
}

function table(database: string, drains: readonly Drain[]): Findings["tables"][number] {
  return {
    title: `Draining, ${database}`,
    columns: [
      "schedulers",
      "tasks resumed",
      "resumed twice",
      "sweeps",
      "sweeps needed",
      "empty sweeps",
      "statements",
      "rows locked",
      "waits",
      "buffers",
      "seconds",
    ],
    rows: drains.map((drain) => [
      drain.schedulers,
      drain.resumed,
      drain.twice,
      drain.sweeps,
      Math.ceil(drain.resumed / SWEEP_LIMIT),
      drain.emptySweeps,
      drain.statements,
      drain.rowsLocked,
      drain.waits ?? "",
      drain.buffers ?? "",
      rounded(drain.seconds),
    ]),
  };
}

function points(
  found: readonly { readonly database: string; readonly drains: readonly Drain[] }[],
  y: (drain: Drain) => number,
): Findings["plots"][number]["points"] {
  return found.flatMap(({ database, drains }) =>
    drains.map((one) => ({ x: one.schedulers, y: y(one), series: database })),
  );
}

const NOTES: readonly string[] = [
  "Rows locked are those that locking SELECTs gave: a task_instance and a hitl_detail for each task; a row that is skipped is not locked.",
  "Each scheduler sweeps until a sweep finds nothing. With several of them a sweep may find less than a batch although more is left, because the others hold it; that shows in the number of sweeps.",
  "Buffers do grow with schedulers: a sweep passes the rows that the others hold, up to 100 for each of them, before it comes to its own.",
  "On the server schedulers run at the same time, in process one statement after the other in turns: its time does not shrink with more schedulers and cannot.",
  "Drains follow each other in one table, each of the next tasks. On the server the tables are vacuumed between them; buffers are the server's statistics (pg_statio), autovacuum is off.",
  "Times of drains are one measurement each, not interleaved: they have no spread, and no ratio is made of them.",
];
