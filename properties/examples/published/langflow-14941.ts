/**
 * examples/langflow-14941: a sweep loads the suspended jobs whose deadline has passed, and later marks each of them as failed and
 * deletes its checkpoint, whatever has become of it. A person's answer that claims the job in between is overwritten, and two
 * sweeps both report the timeout. Published in langflow-ai/langflow#14941, mended in #14942. Our model of it.
 *
 * The fix claims the expired pause: one UPDATE that asks for the status and the deadline that were seen; who changes no row does nothing.
 */
import type { ActorContext, Race } from "../../../sim/race/race.ts";
import { example } from "../example.ts";
import { transact } from "../transact.ts";

interface State {
  readonly status: string;
  readonly timeouts: number;
  readonly checkpoints: number;
}

/** Over the mended code. */
export const langflow14941: Race<State, null> = example<State, { readonly claims: boolean }>({
  name: "langflow-14941",
  source: "langflow-ai/langflow#14941",
  description: "A person resumes a suspended job while two sweeps time it out.",
  schema: `
    create table job (id int primary key, status text not null, deadline int not null);
    create table checkpoint (job_id int primary key references job);
    create table event (id int generated always as identity primary key, kind text not null)`,
  setup: ["insert into job values (1, 'suspended', 10)", "insert into checkpoint values (1)"],
  reference: { claims: true },
  wrong: [
    {
      title: "the sweep writes what it has loaded, without looking again",
      violates: ["resumed-stays-resumed", "one-timeout"],
      variant: { claims: false },
    },
  ],
  actors: ({ claims }) => ({
    person: resume,
    sweep1: (context) => sweep(context, claims),
    sweep2: (context) => sweep(context, claims),
  }),
  observe: `select status, (select count(*)::int from event) as timeouts,
    (select count(*)::int from checkpoint) as checkpoints from job`,
  invariants: [
    {
      name: "resumed-stays-resumed",
      promise: "A job that was resumed is not failed by a timeout.",
      check: ({ before, after }) =>
        before.status === "in_progress" && after.status === "failed"
          ? `The job was resumed, and is failed with ${after.checkpoints} checkpoints left.`
          : undefined,
    },
    {
      name: "one-timeout",
      promise: "A pause times out once.",
      check: ({ after: { timeouts } }) =>
        timeouts <= 1 ? undefined : `${timeouts} timeouts of one pause were reported.`,
    },
  ],
  liveness: {
    promise: "The job is resumed or timed out.",
    check: ({ after: { status } }) => (status !== "suspended" ? undefined : "The job is suspended for ever."),
  },
  mustSee: ["resume 200", "resume 409", "sweep 200", "sweep 409"],
});

async function resume(context: ActorContext): Promise<void> {
  await transact(context, "resume", async (db) => {
    const claim = "update job set status = 'in_progress' where id = 1 and status = 'suspended'";
    return { status: (await db.query(claim)).rowCount === 1 ? 200 : 409 };
  });
}

async function sweep(context: ActorContext, claims: boolean): Promise<void> {
  const { rows } = await context.db.query<{ deadline: number }>(
    "select deadline from job where status = 'suspended' and deadline < 100",
  );
  const seen = rows[0];
  if (seen === undefined) return;
  const guard = claims ? "and status = 'suspended' and deadline = $1" : "and $1 > 0";
  await transact(context, "sweep", async (db) => {
    const expired = await db.query(`update job set status = 'failed' where id = 1 ${guard}`, [seen.deadline]);
    if (expired.rowCount === 0) return { status: 409 };
    await db.query("insert into event (kind) values ('input_timed_out')");
    await db.query("delete from checkpoint where job_id = 1");
    return { status: 200 };
  });
}
