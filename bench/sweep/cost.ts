/**
 * Sweep cost: what one sweep costs against the size of the backlog, for several numbers of due tasks.
 *
 * All sizes stand side by side in one database, each in a Postgres schema of its own, and are swept in turns. Counts come from
 * EXPLAIN (ANALYZE, BUFFERS), times from sweeps that are not explained.
 */
import type { IdLayout } from "../../model/backlog.ts";
import { sweep, SWEEP_LIMIT } from "../../model/sweep.ts";
import type { BenchCase, BenchContext } from "../bench-case.ts";
import { withDatabase, type BenchDatabase } from "../databases/database.ts";
import { openPglite } from "../databases/pglite.ts";
import { openServer } from "../databases/server.ts";
import { interleave, type Timings } from "../measure/interleave.ts";
import { median, ratioOf, rounded } from "../measure/spread.ts";
import type { Findings, Plot, Ratio } from "../result.ts";
import { createBacklogIn, type Backlog } from "./backlog.ts";
import { sweepWork, type SweepWork } from "./work.ts";

/** Sweeps that are explained for each size and number of due tasks; the median counts. */
const EXPLAINED = 3;

/** At most so many times the cost at the smallest backlog. */
const MAX_GROWTH = 1.3;

/**
 * The same for the pages of sweeps of less than a batch. The smallest, one that finds nothing, is just a way down an index: three
 * levels in place of two. A thousand times as many entries are at least one level more as long as a page holds less than a thousand.
 */
const MAX_GROWTH_OF_SMALL_SWEEPS = 1.5;

/** Timed sweeps of each size in a round: small ones are too short to time one. */
const ITERATIONS = { small: 10, batch: 1 } as const;

/** One line of the table. */
interface Row {
  readonly database: string;
  readonly plans: string;
  readonly layout: IdLayout;
  readonly parked: number;
  readonly due: number;
  readonly work: SweepWork;
  readonly ms: number | undefined;
}

/** The case. */
export const sweepCost: BenchCase = {
  name: "sweep-cost",
  title: "The cost of one sweep against the backlog",
  run: measure,
};

async function measure(context: BenchContext): Promise<Findings> {
  const rows: Row[] = [];
  const ratios: Ratio[] = [];
  for (const open of [openServer, openPglite]) {
    await withDatabase(open, async (database) => {
      const backlogs = await fill(database, context);
      for (const due of context.scale.sweepCost.due) {
        context.progress(`${database.name}, ${due} due`);
        const timings = await time(backlogs, due, context.scale.sweepCost.rounds);
        const found = await countAll(database.name, backlogs, due, timings);
        rows.push(...found);
        ratios.push(...growth(database.name, due, backlogs, found, timings));
      }
      context.progress(`${database.name}, scattered ids`);
      rows.push(...(await scattered(database, context.scale.sweepCost.scattered)));
    });
  }
  return { ratios, tables: [table(rows)], plots: plots(rows), notes: NOTES };
}

async function fill(database: BenchDatabase, { scale, progress }: BenchContext): Promise<readonly Backlog[]> {
  const backlogs: Backlog[] = [];
  for (const parked of scale.sweepCost.parked) {
    progress(`${database.name}, parking ${parked}`);
    backlogs.push(await createBacklogIn(database, `parked_${parked}`, parked, { vacuum: true }));
  }
  return backlogs;
}

async function time(backlogs: readonly Backlog[], due: number, rounds: number): Promise<Timings> {
  const sides = backlogs.map((backlog) => {
    let now = new Date(0);
    return {
      name: String(backlog.parked),
      prepare: async () => {
        now = await backlog.readyFor(due);
        // Where sessions share a connection, it changes over to this one here.
        await backlog.db.query("select 1");
      },
      run: async () => backlog.swept((await sweep(backlog.db, { now })).resumed.length),
    };
  });
  // The first round warms caches and plans.
  await interleave(sides, { rounds: 1 });
  return await interleave(sides, {
    rounds,
    iterations: due < SWEEP_LIMIT ? ITERATIONS.small : ITERATIONS.batch,
  });
}

/** The same counts with custom plans, made for the values, and with the generic plan of a prepared statement. */
async function countAll(
  database: string,
  backlogs: readonly Backlog[],
  due: number,
  timings: Timings,
): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const plans of ["custom", "generic"] as const) {
    for (const backlog of backlogs) {
      const work = await count(backlog, due, plans);
      const ms = plans === "custom" ? median(timings[String(backlog.parked)] ?? []) : undefined;
      rows.push({ database, plans, layout: "ordered", parked: backlog.parked, due, work, ms });
    }
  }
  return rows;
}

async function count(backlog: Backlog, due: number, plans: "custom" | "generic"): Promise<SweepWork> {
  await backlog.db.query(`set plan_cache_mode = force_${plans}_plan`);
  const works: SweepWork[] = [];
  while (works.length < EXPLAINED) {
    const now = await backlog.readyFor(due);
    const work = await sweepWork(backlog.db, (db) => sweep(db, { now }));
    backlog.swept(work.resumed);
    works.push(work);
  }
  await backlog.db.query("reset plan_cache_mode");
  works.sort((a, b) => a.work.buffers - b.work.buffers);
  return works[Math.floor(EXPLAINED / 2)] as SweepWork;
}

async function scattered(database: BenchDatabase, sizes: readonly number[]): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const parked of sizes) {
    const backlog = await createBacklogIn(database, `scattered_${parked}`, parked, {
      layout: "scattered",
      vacuum: true,
    });
    const work = await count(backlog, SWEEP_LIMIT, "custom");
    const due = SWEEP_LIMIT;
    rows.push({
      database: database.name,
      plans: "custom",
      layout: "scattered",
      parked,
      due,
      work,
      ms: undefined,
    });
  }
  return rows;
}

/** The largest backlog against the smallest. */
function growth(
  database: string,
  due: number,
  backlogs: readonly Backlog[],
  rows: readonly Row[],
  timings: Timings,
): readonly Ratio[] {
  const [smallest, largest] = [backlogs[0], backlogs.at(-1)] as [Backlog, Backlog];
  const says = (what: string): string =>
    `${what} of a sweep at ${largest.parked} parked : at ${smallest.parked}`;
  const limit = { atMost: due >= SWEEP_LIMIT ? MAX_GROWTH : MAX_GROWTH_OF_SMALL_SWEEPS };
  const counts = (["custom", "generic"] as const).map((plans) => {
    const of = ({ parked }: Backlog): number =>
      rows.find((row) => row.plans === plans && row.parked === parked)?.work.work.buffers ?? NaN;
    const name = `sweep-cost/${database}/due=${due}/buffers (${plans} plans)`;
    return ratioOf({ name, says: says("buffers"), basis: "count", limit }, [of(largest)], [of(smallest)]);
  });
  const name = `sweep-cost/${database}/due=${due}/time`;
  const times = ratioOf(
    { name, says: says("time"), basis: "time", limit: { atMost: MAX_GROWTH } },
    timings[String(largest.parked)] ?? [],
    timings[String(smallest.parked)] ?? [],
  );
  return [...counts, times];
}

function table(rows: readonly Row[]): Findings["tables"][number] {
  return {
    title: "One sweep",
    columns: [
      "database",
      "ids",
      "plans",
      "parked",
      "due",
      "resumed",
      "statements",
      "rows read",
      "rows locked",
      "rows written",
      "buffers",
      "ms (median)",
    ],
    rows: rows.map(({ database, layout, plans, parked, due, work: { resumed, statements, work }, ms }) => [
      database,
      layout,
      plans,
      parked,
      due,
      resumed,
      statements,
      work.rowsRead,
      work.rowsLocked,
      work.rowsWritten,
      work.buffers,
      ms === undefined ? "" : rounded(ms),
    ]),
  };
}

function plots(rows: readonly Row[]): readonly Plot[] {
  const shown = rows.filter(({ plans, layout }) => plans === "custom" && layout === "ordered");
  const x = { label: "parked tasks", scale: "log" } as const;
  const series = ({ database, due }: Row): string => `${database}, ${due} due`;
  return [
    {
      name: "sweep-buffers",
      title: "Buffers of one sweep against the backlog",
      x,
      y: { label: "buffers", scale: "log" },
      points: shown.map((row) => ({ x: row.parked, y: row.work.work.buffers, series: series(row) })),
    },
    {
      name: "sweep-time",
      title: "Time of one sweep against the backlog",
      x,
      y: { label: "milliseconds", scale: "log" },
      points: shown.map((row) => ({ x: row.parked, y: row.ms ?? NaN, series: series(row) })),
    },
  ];
}

const NOTES: readonly string[] = [
  "Tables are vacuumed and analyzed after they are filled, and never again; autovacuum is off. What a sweep leaves behind stays.",
  "As many tasks are parked anew as are swept, so that the backlog keeps its size.",
  "Buffers are pages asked for, found in memory or not; the same page counts each time. Everything here fits into memory: no number is about disks.",
  "A sweep that finds nothing reads one page for each level of its index: 2 where a thousand tasks are parked, 3 where a million are. No B-tree does with less, because a leaf holds some 119 entries and a page above it some 290, and a thousand times as many entries need a level more. So sweeps of less than a batch are held to 1.5 times the pages in place of 1.3 (one that finds one task reads some 25 pages, and keeps to 1.3 here).",
  "Ids in the order of deadlines are what time-ordered UUIDs (Airflow's) give; scattered ids put each task of a batch on an index page of its own.",
  "On PGlite these cases run on the published build over its one connection, not on the many-session engine above it: one session is enough, and VACUUM belongs to it.",
];
