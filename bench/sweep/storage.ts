/**
 * Storage: what a parked task takes on disk, and what parking, answering and sweeping it write. The measured part of the page on
 * large installations in bench/README.md.
 */
import { ask } from "../../model/ask.ts";
import { BACKLOG_EPOCH_MS, deadlineOf, idSql } from "../../model/backlog.ts";
import { park } from "../../model/park.ts";
import type { Queryable } from "../../model/query-port.ts";
import { respond } from "../../model/respond.ts";
import { sweep, SWEEP_LIMIT } from "../../model/sweep.ts";
import type { BenchCase, BenchContext } from "../bench-case.ts";
import { withDatabase } from "../databases/database.ts";
import { openServer } from "../databases/server.ts";
import { rounded } from "../measure/spread.ts";
import type { Findings, Table } from "../result.ts";
import { createBacklog } from "./backlog.ts";

/** Operations of each kind. */
const OPERATIONS = 200;

/** What one operation writes. */
interface Written {
  readonly operation: string;
  readonly walBytes: number;
  readonly updates: number;
  /** Of the updates those that touched no index (heap-only tuples). */
  readonly hotUpdates: number;
}

/** The case. */
export const storage: BenchCase = {
  name: "storage",
  title: "What a parked task takes and writes",
  run: measure,
};

async function measure({ scale, progress }: BenchContext): Promise<Findings> {
  const { tasks } = scale.storage;
  return await withDatabase(openServer, async (server) => {
    const db = await server.session();
    progress(`parking ${tasks}`);
    await createBacklog(db, tasks, { vacuum: true });
    const sizes = await relationSizes(db, tasks);
    progress("writing");
    await startTasks(db);
    const written = [
      await writtenBy(db, "ask and park", () => askAndPark(db)),
      await writtenBy(db, "respond", () => answerSome(db, tasks)),
      await writtenBy(db, "sweep, for a task", () => sweepSome(db)),
    ];
    return { ratios: [], tables: [sizes, writtenTable(written)], plots: [], notes: NOTES };
  });
}

async function relationSizes(db: Queryable, tasks: number): Promise<Table> {
  const { rows } = await db.query<{ name: string; kind: string; bytes: string }>(`
    select relname as name, case relkind when 'r' then 'table' else 'index' end as kind, pg_relation_size(oid)::text as bytes
      from pg_class
     where relname ~ '^(task_instance|hitl_detail)' and relname !~ 'history' and relkind in ('r', 'i')
     order by relkind desc, relname`);
  const all = rows.reduce((sum, { bytes }) => sum + Number(bytes), 0);
  return {
    title: `Bytes for a parked task, with ${tasks} of them`,
    columns: ["relation", "kind", "bytes for a task"],
    rows: [
      ...rows.map(({ name, kind, bytes }) => [name, kind, rounded(Number(bytes) / tasks)]),
      ["all", "", rounded(all / tasks)],
    ],
  };
}

async function writtenBy(db: Queryable, operation: string, run: () => Promise<unknown>): Promise<Written> {
  const before = await counters(db);
  await run();
  const after = await counters(db);
  return {
    operation,
    walBytes: (after.wal - before.wal) / OPERATIONS,
    updates: (after.updates - before.updates) / OPERATIONS,
    hotUpdates: (after.hotUpdates - before.hotUpdates) / OPERATIONS,
  };
}

interface Counters {
  readonly wal: number;
  readonly updates: number;
  readonly hotUpdates: number;
}

async function counters(db: Queryable): Promise<Counters> {
  await db.query("select pg_stat_force_next_flush()");
  const { rows } = await db.query<{ wal: string; updates: string; hot: string }>(`
    select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::text as wal,
           sum(n_tup_upd)::text as updates, sum(n_tup_hot_upd)::text as hot
      from pg_stat_user_tables`);
  const { wal = "0", updates = "0", hot = "0" } = rows[0] ?? {};
  return { wal: Number(wal), updates: Number(updates), hotUpdates: Number(hot) };
}

const RUN = "asking-run";

function namesOfTasks(): readonly string[] {
  return Array.from({ length: OPERATIONS }, (_, index) => `running-${index}`);
}

/** Tasks that run and have not asked yet. */
async function startTasks(db: Queryable): Promise<void> {
  await db.query("insert into dag_run (dag_id, run_id, state) values ('dag', 'asking', 'running')");
  for (const id of namesOfTasks()) {
    await db.query(
      `insert into task_instance (id, dag_id, run_id, task_id, state, invocation_id)
       values ($1, 'dag', 'asking', $1, 'running', $2)`,
      [id, RUN],
    );
  }
}

async function askAndPark(db: Queryable): Promise<void> {
  const now = new Date(BACKLOG_EPOCH_MS);
  const request = {
    subject: "Go on?",
    body: null,
    options: ["approve", "reject"],
    defaults: ["approve"],
    multiple: false,
    params: {},
    assignees: [],
  };
  const next = { nextMethod: "execute_complete", nextKwargs: {}, timeoutMs: TIMEOUT_MS };
  for (const taskInstanceId of namesOfTasks()) {
    await ask(db, { taskInstanceId, invocationId: RUN, request, now });
    const { status } = await park(db, { taskInstanceId, invocationId: RUN, ...next, now });
    if (status !== 200) throw new Error(`A park that must succeed gave ${status}.`);
  }
}

/** Longer than any deadline of the backlog that is swept here. */
const TIMEOUT_MS = 365 * 86_400_000;

/** The last tasks, which are not due. */
async function answerSome(db: Queryable, tasks: number): Promise<void> {
  const { rows } = await db.query<{ id: string }>(
    `select ${idSql("ordered")} as id from generate_series($1::integer, $2::integer) g`,
    [tasks - OPERATIONS + 1, tasks],
  );
  for (const { id } of rows) {
    const { status } = await respond(db, {
      taskInstanceId: id,
      createdAt: new Date(BACKLOG_EPOCH_MS),
      user: { id: "person", name: "Person" },
      chosenOptions: ["approve"],
      paramsInput: {},
      now: new Date(BACKLOG_EPOCH_MS),
    });
    if (status !== 200) throw new Error(`A response that must succeed gave ${status}.`);
  }
}

async function sweepSome(db: Queryable): Promise<void> {
  for (let resumed = 0; resumed < OPERATIONS; resumed += SWEEP_LIMIT) {
    await sweep(db, { now: deadlineOf(OPERATIONS) });
  }
}

function writtenTable(written: readonly Written[]): Table {
  return {
    title: "What an operation writes",
    columns: ["operation", "WAL bytes", "row versions left dead", "of them in no index (HOT)"],
    rows: written.map(({ operation, walBytes, updates, hotUpdates }) => [
      operation,
      Math.round(walBytes),
      rounded(updates),
      rounded(hotUpdates),
    ]),
  };
}

const NOTES: readonly string[] = [
  "The server runs with full_page_writes off: with it on, each page that is changed for the first time after a checkpoint adds up to 8 kB of WAL.",
  "Requests here are short (two options, no body, no parameters): real ones take what their text takes.",
  "Each update leaves the version before it for vacuum; an update that changes no indexed column leaves nothing in the indexes.",
];
