/**
 * examples/airflow-66374: a task defers, its worker exits, and the executor reports "success" for that exit. A trigger resumes the
 * task before the scheduler has read the report; the scheduler finds a task that is no longer deferred, takes the report for
 * the end of the task, sees a mismatch and fails it. Published in apache/airflow#66374, and again as #67287 and #72716. Our
 * model of it.
 *
 * The mending of #66374 ignores a report while the task is scheduled (mutant 2): the task may be queued (#67287) or running
 * (#72716) by then. The reference does what #73546 proposes: every invocation has an identity, and a report that names another is old.
 */
import type { ActorContext, Race } from "../../../sim/race/race.ts";
import { example } from "../example.ts";
import { transact } from "../transact.ts";

interface State {
  readonly state: string;
  readonly reports: number;
}

/** States in which a report is old for sure; "by identity": wherever the invocation is another. */
type Ignored = readonly string[] | "by identity";

/** Over the mended code. */
export const airflow66374: Race<State, null> = example<State, { readonly ignored: Ignored }>({
  name: "airflow-66374",
  source: "apache/airflow#66374",
  description: "A deferred task is resumed before the scheduler reads that its worker has exited.",
  schema: `
    create table task_instance (id int primary key, state text not null, invocation int not null);
    create table executor_event (id int primary key, state text not null, invocation int not null)`,
  setup: [
    "insert into task_instance values (1, 'deferred', 1)",
    "insert into executor_event values (1, 'success', 1)",
  ],
  reference: { ignored: "by identity" },
  wrong: [
    {
      title: "a report of the exit fails whatever is no longer deferred (the issue)",
      violates: ["old-report-harmless"],
      variant: { ignored: [] },
    },
    {
      title: "reports are ignored while the task is scheduled (the first mending)",
      violates: ["old-report-harmless"],
      variant: { ignored: ["scheduled"] },
    },
  ],
  actors: ({ ignored }) => ({
    trigger: async (context) => void (await move(context, "resume", "deferred", "scheduled")),
    scheduler: (context) => readReports(context, ignored),
    worker: work,
  }),
  observe: `select state, (select count(*)::int from executor_event) as reports from task_instance`,
  invariants: [
    {
      name: "old-report-harmless",
      promise: "A report of the invocation that deferred does not end the one that was resumed.",
      check: ({ before, after }) =>
        before.state !== "failed" && after.state === "failed"
          ? `The task was ${before.state} and is failed by an old report.`
          : undefined,
    },
  ],
  liveness: {
    promise: "All reports are read.",
    check: ({ after: { reports } }) => (reports === 0 ? undefined : "A report was left."),
  },
  mustSee: ["resume 200", "queue 200", "start 200", "read reports 200"],
});

/** Resuming is a new invocation. */
async function move(context: ActorContext, name: string, from: string, to: string): Promise<boolean> {
  const { status } = await transact(context, name, async (db) => {
    const { rowCount } = await db.query(
      "update task_instance set state = $2, invocation = invocation + ($2 = 'scheduled')::int where state = $1",
      [from, to],
    );
    return { status: rowCount === 1 ? 200 : 409 };
  });
  return status === 200;
}

async function work(context: ActorContext): Promise<void> {
  if (await move(context, "queue", "scheduled", "queued")) await move(context, "start", "queued", "running");
}

async function readReports(context: ActorContext, ignored: Ignored): Promise<void> {
  await transact(context, "read reports", async (db) => {
    const events = await db.query<{ invocation: number }>("delete from executor_event returning invocation");
    const { rows } = await db.query<{ state: string; invocation: number }>(
      "select state, invocation from task_instance where id = 1 for update",
    );
    const task = rows[0] as { readonly state: string; readonly invocation: number };
    const isOld =
      ignored === "by identity"
        ? events.rows[0]?.invocation !== task.invocation
        : ignored.includes(task.state);
    if (task.state !== "deferred" && !isOld)
      await db.query("update task_instance set state = 'failed' where id = 1");
    return { status: 200 };
  });
}
