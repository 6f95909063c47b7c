/**
 * examples/airflow-55054: a task asks a person, with an answer for the case that nobody comes in time. A person answers just before
 * the timeout; the trigger's timeout branch writes the default all the same, is told 409 (answered already), lets the error
 * escape, and the task fails although it was answered. Published in apache/airflow#55054, mended in #55243. Our model of it.
 *
 * What #55243 did is mutant 2: look for an answer before writing the default. A person can still come between the look and the
 * write. The reference takes the 409 for what it says: there is an answer, go on with it.
 */
import type { ActorContext, Queryable, Race } from "../../../sim/race/race.ts";
import { example } from "../example.ts";
import { transact, type Answer } from "../transact.ts";

interface State {
  readonly state: string;
  readonly answer: string | null;
}

interface Variant {
  /** The timeout branch looks for an answer first. */
  readonly looks: boolean;
  /** A 409 for the default fails the trigger, and so the task. */
  readonly isFatal: boolean;
}

const TIMEOUT_MS = 5_000;

/** Over the mended code. */
export const airflow55054: Race<State, null> = example<State, Variant>({
  name: "airflow-55054",
  source: "apache/airflow#55054",
  description: "A person answers while the trigger's timeout writes the default answer.",
  schema: `
    create table task_instance (id int primary key, state text not null);
    create table hitl_detail (ti_id int primary key references task_instance, answer text)`,
  setup: ["insert into task_instance values (1, 'deferred')", "insert into hitl_detail values (1, null)"],
  reference: { looks: true, isFatal: false },
  wrong: [
    {
      title: "the timeout writes the default without looking, and 409 is fatal (the issue)",
      violates: ["answered-goes-on"],
      variant: { looks: false, isFatal: true },
    },
    {
      title: "the timeout looks for an answer first, but 409 is fatal (the first mending)",
      violates: ["answered-goes-on"],
      variant: { looks: true, isFatal: true },
    },
  ],
  actors: (variant) => ({
    person: async (context) => {
      await context.sleep(TIMEOUT_MS);
      await transact(context, "respond", (db) => answer(db, "approve"));
    },
    trigger: (context) => trigger(context, variant),
  }),
  observe: "select state, answer from task_instance join hitl_detail on ti_id = id",
  invariants: [
    {
      name: "answered-goes-on",
      promise: "A task that has an answer does not fail.",
      check: ({ after: { state, answer } }) =>
        state === "failed" && answer !== null
          ? `The task failed, though it was answered "${answer}".`
          : undefined,
    },
  ],
  liveness: {
    promise: "The task goes on.",
    check: ({ after: { state } }) => (state === "scheduled" ? undefined : `The task is ${state}.`),
  },
  mustSee: ["respond 200", "respond 409", "fall back 200", "fall back 409"],
});

/** The API's endpoint: the first answer stays. */
async function answer(db: Queryable, text: string): Promise<Answer> {
  const { rows } = await db.query<{ answer: string | null }>(
    "select answer from hitl_detail where ti_id = 1 for update",
  );
  if (rows[0]?.answer !== null) return { status: 409 };
  await db.query("update hitl_detail set answer = $1 where ti_id = 1", [text]);
  return { status: 200 };
}

async function trigger(context: ActorContext, { looks, isFatal }: Variant): Promise<void> {
  const { db } = context;
  await context.sleep(TIMEOUT_MS);
  const seen = looks
    ? await db.query<{ answer: string | null }>("select answer from hitl_detail")
    : undefined;
  const isAnswered = seen !== undefined && seen.rows[0]?.answer !== null;
  const { status } = isAnswered
    ? { status: 200 }
    : await transact(context, "fall back", (session) => answer(session, "default"));
  const state = status === 409 && isFatal ? "failed" : "scheduled";
  await db.query("update task_instance set state = $1 where id = 1", [state]);
}
