/**
 * examples/sequelize-13482: findCreateFind looks for a row, creates it if there is none, and if that hits a unique key looks again. In
 * a transaction on Postgres the third step cannot be: after the error every statement answers 25P02 until ROLLBACK. Published as
 * sequelize/sequelize#13482. Our model of it.
 *
 * The fix is the one proposed there: ON CONFLICT DO NOTHING raises no error, and a row that was not created is looked for.
 */
import type { ActorContext, Queryable, Race } from "../../../sim/race/race.ts";
import { countOf, example } from "../example.ts";
import { sqlState, transact } from "../transact.ts";

interface State {
  readonly tags: number;
  readonly posts: number;
}

/** Over the mended code. */
export const sequelize13482: Race<State, null> = example<State, { readonly ignoresDuplicates: boolean }>({
  name: "sequelize-13482",
  source: "sequelize/sequelize#13482",
  description: "Two transactions find or create one tag, and write a post of their own.",
  schema: `
    create table tag (name text primary key, made_by text not null);
    create table post (author text primary key, tag text not null)`,
  setup: [],
  reference: { ignoresDuplicates: true },
  wrong: [
    {
      title: "the duplicate is an error, which ends the transaction",
      violates: ["transaction-usable"],
      variant: { ignoresDuplicates: false },
    },
  ],
  actors: ({ ignoresDuplicates }) => ({
    ann: (context) => post(context, ignoresDuplicates),
    ben: (context) => post(context, ignoresDuplicates),
  }),
  observe: "select (select count(*)::int from tag) as tags, (select count(*)::int from post) as posts",
  atEnd: [
    {
      name: "transaction-usable",
      promise: "Finding a row that another has created leaves the transaction usable.",
      check: ({ history }) =>
        countOf(history, "post", "25P02") === 0 ? undefined : "The second look was refused with 25P02.",
    },
  ],
  liveness: {
    promise: "Both posts are there, with one tag.",
    check: ({ after: { tags, posts } }) =>
      tags === 1 && posts === 2 ? undefined : `${posts} posts, ${tags} tags.`,
  },
  mustSee: ["post 201"],
});

async function post(context: ActorContext, ignoresDuplicates: boolean): Promise<void> {
  await transact(context, "post", async (db) => {
    const tag = await findCreateFind(db, context.name, ignoresDuplicates);
    await db.query("insert into post values ($1, $2)", [context.name, tag]);
    return { status: 201 };
  });
}

/** Name of the tag. */
async function findCreateFind(
  db: Queryable,
  by: string,
  ignoresDuplicates: boolean,
): Promise<string | undefined> {
  const find = async (): Promise<string | undefined> =>
    (await db.query<{ name: string }>("select name from tag where name = 'news'")).rows[0]?.name;
  const found = await find();
  if (found !== undefined) return found;
  try {
    const create = `insert into tag values ('news', $1) ${ignoresDuplicates ? "on conflict do nothing" : ""}`;
    if ((await db.query(create, [by])).rowCount === 1) return "news";
  } catch (error) {
    if (sqlState(error) !== "23505") throw error;
  }
  return await find();
}
