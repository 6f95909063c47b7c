/**
 * Against polling: the deferred path, in which a trigger looks every five seconds whether there is an answer, and the parked
 * path, in which a task costs nothing until its deadline. The same tasks wait for the same time and take their defaults.
 */
import { BACKLOG_EPOCH_MS } from "../../model/backlog.ts";
import { ask } from "../../model/ask.ts";
import { defer } from "../../model/defer.ts";
import { fire } from "../../model/fire.ts";
import { park } from "../../model/park.ts";
import { poll } from "../../model/poll.ts";
import type { Queryable } from "../../model/query-port.ts";
import { sweep, SWEEP_INTERVAL_MS } from "../../model/sweep.ts";
import type { BenchCase, BenchContext } from "../bench-case.ts";
import { withDatabase } from "../databases/database.ts";
import { openServer } from "../databases/server.ts";
import { counting, newCount, type WorkCount } from "../measure/counting.ts";
import { interleave } from "../measure/interleave.ts";
import { median, ratioOf, rounded } from "../measure/spread.ts";
import type { Findings } from "../result.ts";
import { createBacklogIn } from "../sweep/backlog.ts";

/** Milliseconds between two looks of one trigger (the poke interval of Airflow's). */
const POLL_INTERVAL_MS = 5_000;

interface Path {
  readonly name: "deferred, polled" | "parked, swept";
  readonly run: (db: Queryable, tasks: Wait) => Promise<void>;
}

/** Tasks that all wait. */
interface Wait {
  readonly tasks: number;
  readonly waitMs: number;
}

/** The case. */
export const polling: BenchCase = {
  name: "polling",
  title: "Against a trigger for each task that polls",
  run: measure,
};

async function measure({ scale, progress }: BenchContext): Promise<Findings> {
  const { tasks, waitSeconds, rounds } = scale.polling;
  const wait: Wait = { tasks, waitMs: waitSeconds * 1000 };
  return await withDatabase(openServer, async (server) => {
    const sides = [];
    const counts = new Map<string, WorkCount>();
    for (const [namespace, path] of Object.entries(PATHS)) {
      const { db } = await createBacklogIn(server, namespace, 0);
      sides.push({
        name: path.name,
        prepare: () => startTasks(db, tasks),
        run: async () => {
          const count = newCount();
          counts.set(path.name, count);
          await path.run(counting(db, count), wait);
        },
      });
    }
    progress(`${tasks} tasks that wait ${waitSeconds} s, ${rounds} rounds`);
    const timings = await interleave(sides, { rounds });
    const countOf = (path: Path): WorkCount => counts.get(path.name) ?? newCount();
    const { deferred, parked } = PATHS;
    const says = (what: string): string => `${what}, ${deferred.name} : ${parked.name}`;
    const waited = `wait=${waitSeconds} s`;
    return {
      ratios: [
        ratioOf(
          { name: `polling/${waited}/statements`, says: says("statements"), basis: "count" },
          [countOf(deferred).statements],
          [countOf(parked).statements],
        ),
        ratioOf(
          { name: `polling/${waited}/rows locked`, says: says("rows locked"), basis: "count" },
          [countOf(deferred).rowsLocked],
          [countOf(parked).rowsLocked],
        ),
        ratioOf(
          { name: `polling/${waited}/time`, says: says("time"), basis: "time" },
          timings[deferred.name] ?? [],
          timings[parked.name] ?? [],
        ),
      ],
      tables: [
        {
          title: `${tasks} tasks that wait until their deadline`,
          columns: ["path", "each waits, s", "statements for a task", "rows locked for a task", "ms for all"],
          rows: [deferred, parked].map((path) => [
            path.name,
            waitSeconds,
            rounded(countOf(path).statements / tasks),
            rounded(countOf(path).rowsLocked / tasks),
            rounded(median(timings[path.name] ?? [])),
          ]),
        },
      ],
      plots: [],
      notes: NOTES,
    };
  });
}

const REQUEST = {
  subject: "Go on?",
  body: null,
  options: ["approve", "reject"],
  defaults: ["approve"],
  multiple: false,
  params: {},
  assignees: [],
} as const;

const RUN = "asking-run";
const NEXT = { nextMethod: "execute_complete", nextKwargs: {} } as const;

/** Running tasks that have not asked yet. */
async function startTasks(db: Queryable, tasks: number): Promise<void> {
  await db.query("delete from dag_run");
  await db.query("insert into dag_run (dag_id, run_id, state) values ('dag', 'run', 'running')");
  await db.query(
    `insert into task_instance (id, dag_id, run_id, task_id, state, invocation_id)
     select 'task-' || g, 'dag', 'run', 'task-' || g, 'running', '${RUN}' from generate_series(1, $1::integer) g`,
    [tasks],
  );
}

function idsOf(tasks: number): readonly string[] {
  return Array.from({ length: tasks }, (_, index) => `task-${index + 1}`);
}

const PATHS: Readonly<Record<"deferred" | "parked", Path>> = {
  deferred: {
    name: "deferred, polled",
    async run(db, { tasks, waitMs }) {
      const asked = new Date(BACKLOG_EPOCH_MS);
      for (const [index, taskInstanceId] of idsOf(tasks).entries()) {
        await ask(db, { taskInstanceId, invocationId: RUN, request: REQUEST, now: asked });
        const input = {
          taskInstanceId,
          invocationId: RUN,
          triggerId: index,
          timeoutMs: waitMs,
          ...NEXT,
          now: asked,
        };
        expectStatus(await defer(db, input));
      }
      for (let ms = POLL_INTERVAL_MS; ms <= waitMs; ms += POLL_INTERVAL_MS) {
        const now = new Date(BACKLOG_EPOCH_MS + ms);
        for (const [triggerId, taskInstanceId] of idsOf(tasks).entries()) {
          const looked = await poll(db, { taskInstanceId, triggerId, now });
          if (looked.status !== 200 || looked.event === null) continue;
          expectStatus(await fire(db, { taskInstanceId, triggerId, event: looked.event, now }));
        }
      }
      await expectAllResumed(db, tasks);
    },
  },
  parked: {
    name: "parked, swept",
    async run(db, { tasks, waitMs }) {
      const asked = new Date(BACKLOG_EPOCH_MS);
      for (const taskInstanceId of idsOf(tasks)) {
        await ask(db, { taskInstanceId, invocationId: RUN, request: REQUEST, now: asked });
        expectStatus(
          await park(db, { taskInstanceId, invocationId: RUN, timeoutMs: waitMs, ...NEXT, now: asked }),
        );
      }
      for (let ms = SWEEP_INTERVAL_MS; ms <= waitMs; ms += SWEEP_INTERVAL_MS) {
        await sweep(db, { now: new Date(BACKLOG_EPOCH_MS + ms) });
      }
      await expectAllResumed(db, tasks);
    },
  },
};

function expectStatus({ status }: { readonly status: number }): void {
  if (status !== 200) throw new Error(`An operation that must succeed gave ${status}.`);
}

async function expectAllResumed(db: Queryable, tasks: number): Promise<void> {
  const { rows } = await db.query<{ resumed: number }>(
    "select count(*)::integer as resumed from task_instance where state = 'scheduled'",
  );
  if (rows[0]?.resumed !== tasks) throw new Error(`${rows[0]?.resumed} of ${tasks} tasks were resumed.`);
}

const NOTES: readonly string[] = [
  "Both paths ask, wait and take their defaults at the deadline, over one connection; time in between is virtual and costs nothing here, so ms are those of the database's work alone.",
  "The ratio grows with the wait: a deferred task costs one look (5 statements, 2 rows locked) each 5 s, a parked one nothing; the sweep costs 3 statements each 15 s however many tasks are parked. bench/README.md calculates what that means for a day.",
  "The polling is that of the model's trigger, which locks what it reads; a trigger that only reads locks no rows and sends as many statements. A triggerer's memory and connections are not measured.",
];
