/**
 * examples/dify-42103: a workflow waits for two forms. Each submission starts a resume; the first finds the workflow paused and runs it,
 * the second finds it running and gives up. If the first has not seen the second form, it pauses the workflow again, and nobody is
 * left to resume it: all forms are submitted, the workflow is paused for ever. Published in langgenius/dify#42103. Our model of it.
 *
 * The fix is that of #42107: who pauses looks once more whether all forms are there, and resumes again if they are.
 */
import type { ActorContext, Race } from "../../../sim/race/race.ts";
import { example } from "../example.ts";
import { transact } from "../transact.ts";

interface State {
  readonly status: string;
  readonly open: number;
}

/** Resumes of one submission at most: its own, and one after each pause that it wrote. */
const MAX_RESUMES = 3;

/** Over the mended code. */
export const dify42103: Race<State, null> = example<State, { readonly looksAgain: boolean }>({
  name: "dify-42103",
  source: "langgenius/dify#42103",
  description: "Two forms of a paused workflow are submitted at the same time.",
  schema: `
    create table workflow_run (id int primary key, status text not null);
    create table form (name text primary key, submitted boolean not null)`,
  setup: [
    "insert into workflow_run values (1, 'paused')",
    "insert into form values ('ann', false), ('ben', false)",
  ],
  reference: { looksAgain: true },
  wrong: [
    {
      title: "a resume that finds the workflow running gives up, and who pauses does not look again",
      violates: ["liveness"],
      variant: { looksAgain: false },
    },
  ],
  actors: ({ looksAgain }) => ({
    ann: (context) => submit(context, looksAgain),
    ben: (context) => submit(context, looksAgain),
  }),
  observe: `select status, (select count(*)::int from form where not submitted) as open from workflow_run`,
  invariants: [
    {
      name: "complete",
      promise: "A workflow succeeds with all its forms.",
      check: ({ after: { status, open } }) =>
        status === "succeeded" && open > 0 ? `It succeeded with ${open} open forms.` : undefined,
    },
  ],
  liveness: {
    promise: "A workflow whose forms are all submitted ends.",
    check: ({ after: { status } }) =>
      status === "succeeded" ? undefined : `All forms are submitted; the workflow is ${status}.`,
  },
  mustSee: ["submit 200", "resume 200", "resume 409", "pause 200"],
});

async function submit(context: ActorContext, looksAgain: boolean): Promise<void> {
  await transact(context, "submit", async (db) => {
    await db.query("update form set submitted = true where name = $1", [context.name]);
    return { status: 200 };
  });
  for (let resumes = 1; resumes <= MAX_RESUMES; resumes += 1) {
    const { status } = await transact(context, "resume", async (db) => {
      const claim = "update workflow_run set status = 'running' where id = 1 and status = 'paused'";
      return { status: (await db.query(claim)).rowCount === 1 ? 200 : 409 };
    });
    if (status === 409) return;
    const end = (await openForms(context)) === 0 ? "succeeded" : "paused";
    await transact(context, end === "paused" ? "pause" : "finish", async (db) => {
      await db.query("update workflow_run set status = $1 where id = 1", [end]);
      return { status: 200 };
    });
    if (end === "succeeded" || !looksAgain || (await openForms(context)) > 0) return;
  }
}

async function openForms({ db }: ActorContext): Promise<number> {
  const { rows } = await db.query<{ open: number }>(
    "select count(*)::int as open from form where not submitted",
  );
  return rows[0]?.open ?? 0;
}
