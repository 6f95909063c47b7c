/**
 * examples/airflow-72595: the sweep of deferred tasks fails all that are past their timeout in one blind UPDATE, however many they are.
 * A triggerer writes events of the same tasks, in its own order; each waits for a row of the other, and one of them is killed.
 * The retry around the sweep meets the same again at every tick. Published in apache/airflow#56670, mended in #72595. Our model of it
 * (told there of MySQL; two writers and two rows in two orders suffice in Postgres, too).
 *
 * #72595 claims the rows first, a bounded number, FOR UPDATE SKIP LOCKED, and writes only what it has claimed: who never waits is in no
 * circle. To claim them in an order but to wait for them (mutant 2) is not enough.
 */
import type { ActorContext, Queryable, Race } from "../../../sim/race/race.ts";
import { countOf, example } from "../example.ts";
import { transact } from "../transact.ts";

interface State {
  readonly deferred: number;
  readonly failed: number;
  readonly scheduled: number;
}

type Sweep = "claims, skipping" | "one update" | "claims, waiting";

const BATCH = 500;
const DEADLOCK = "40P01";

/** Over the mended code. */
export const airflow72595: Race<State, null> = example<State, { readonly sweep: Sweep }>({
  name: "airflow-72595",
  source: "apache/airflow#72595",
  description: "A sweep fails overdue tasks while a triggerer writes their events.",
  schema:
    "create table task_instance (id int primary key, state text not null, trigger_timeout int not null)",
  setup: ["insert into task_instance values (1, 'deferred', 0), (2, 'deferred', 0)"],
  reference: { sweep: "claims, skipping" },
  wrong: [
    {
      title: "one unbounded update (the issue)",
      violates: ["no-deadlock"],
      variant: { sweep: "one update" },
    },
    {
      title: "rows are claimed in order, but waited for",
      violates: ["no-deadlock"],
      variant: { sweep: "claims, waiting" },
    },
  ],
  actors: ({ sweep }) => ({
    scheduler: (context) => sweepOnce(context, sweep),
    triggerer: (context) => submitEvents(context),
  }),
  observe: `
    select count(*) filter (where state = 'deferred')::int as deferred, count(*) filter (where state = 'failed')::int as failed,
      count(*) filter (where state = 'scheduled')::int as scheduled
    from task_instance`,
  atEnd: [
    {
      name: "no-deadlock",
      promise: "Nobody is killed by a deadlock.",
      check: ({ history }) => {
        const killed = ["sweep", "submit"].filter((name) => countOf(history, name, DEADLOCK) > 0);
        return killed.length === 0 ? undefined : `Killed by a deadlock: ${killed.join(", ")}.`;
      },
    },
  ],
  liveness: {
    promise: "Every overdue task is failed or goes on.",
    check: ({ after: { deferred } }) =>
      deferred === 0 ? undefined : `${deferred} tasks are still deferred.`,
  },
  mustSee: ["sweep 200", "submit 200"],
});

async function sweepOnce(context: ActorContext, sweep: Sweep): Promise<void> {
  await transact(context, "sweep", async (db) => {
    const overdue = "state = 'deferred' and trigger_timeout < 1";
    if (sweep === "one update") await db.query(`update task_instance set state = 'failed' where ${overdue}`);
    else {
      const ids = await claim(db, overdue, sweep === "claims, skipping" ? "skip locked" : "");
      await db.query(`update task_instance set state = 'failed' where id = any ($1) and ${overdue}`, [ids]);
    }
    return { status: 200 };
  });
}

async function claim(db: Queryable, overdue: string, whenLocked: string): Promise<readonly number[]> {
  const { rows } = await db.query<{ id: number }>(
    `select id from task_instance where ${overdue} order by id limit ${BATCH} for update ${whenLocked}`,
  );
  return rows.map(({ id }) => id);
}

/** The events of several tasks in one transaction, the last task's first. */
async function submitEvents(context: ActorContext): Promise<void> {
  await transact(context, "submit", async (db) => {
    for (const id of [2, 1])
      await db.query("update task_instance set state = 'scheduled' where id = $1 and state = 'deferred'", [
        id,
      ]);
    return { status: 200 };
  });
}
