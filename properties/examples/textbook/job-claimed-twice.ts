/**
 * examples/job-claimed-twice: two workers ask a table for the next queued job. Both are shown the same one, and both do it.
 *
 * The fix locks the job as it is read and skips what others hold (FOR UPDATE SKIP LOCKED), so that nobody waits for a job; all wait
 * for the row in which claims are counted.
 */
import type { ActorContext, Race } from "../../../sim/race/race.ts";
import { example } from "../example.ts";
import { transact } from "../transact.ts";

interface State {
  readonly attempts: number;
  readonly queued: number;
}

/** Over the mended code. */
export const jobClaimedTwice: Race<State, null> = example<State, { readonly lock: string }>({
  name: "job-claimed-twice",
  source: "textbook",
  description: "Two workers take two jobs from a queue.",
  schema: `
    create table job (id int primary key, state text not null default 'queued', attempts int not null default 0);
    create table tally (claims int not null)`,
  setup: ["insert into job (id) values (1), (2)", "insert into tally values (0)"],
  reference: { lock: "for update skip locked" },
  wrong: [{ title: "the job is read without a lock", violates: ["done-once"], variant: { lock: "" } }],
  actors: ({ lock }) => ({
    worker1: (context) => claim(context, lock),
    worker2: (context) => claim(context, lock),
  }),
  observe: `select max(attempts)::int as attempts, count(*) filter (where state = 'queued')::int as queued from job`,
  invariants: [
    {
      name: "done-once",
      promise: "A job is claimed once.",
      check: ({ after: { attempts }, actor }) =>
        attempts <= 1 ? undefined : `${actor} claimed a job that another had claimed.`,
    },
  ],
  liveness: {
    promise: "Two workers take two jobs.",
    check: ({ after: { queued } }) => (queued === 0 ? undefined : `${queued} jobs are still queued.`),
  },
  mustSee: ["claim 200"],
});

async function claim(context: ActorContext, lock: string): Promise<void> {
  await transact(context, "claim", async (db) => {
    const { rows } = await db.query<{ id: number }>(
      `select id from job where state = 'queued' order by id limit 1 ${lock}`,
    );
    const id = rows[0]?.id;
    if (id === undefined) return { status: 204 };
    await db.query("update job set state = 'taken', attempts = attempts + 1 where id = $1", [id]);
    await db.query("update tally set claims = claims + 1");
    return { status: 200 };
  });
}
