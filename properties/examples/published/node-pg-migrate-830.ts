/**
 * examples/node-pg-migrate-830: a migration run takes an advisory lock, but looks for the table of migrations, and creates it, before it
 * has the lock. Two first runs both find no table; the second CREATE TABLE fails although a lock was meant to keep them apart.
 * Published as salsita/node-pg-migrate#821, mended in #830. Our model of it: the catalog of tables is a table here.
 *
 * The fix is that of #830: the lock comes first.
 */
import type { ActorContext, Race } from "../../../sim/race/race.ts";
import { countOf, example } from "../example.ts";
import { transact } from "../transact.ts";

interface State {
  readonly tables: number;
  readonly migrations: number;
}

/** Over the mended code. */
export const nodePgMigrate830: Race<State, null> = example<State, { readonly locksFirst: boolean }>({
  name: "node-pg-migrate-830",
  source: "salsita/node-pg-migrate#830",
  description: "Two first runs create the table of migrations and migrate.",
  schema: `
    create table catalog (name text primary key);
    create table migration (name text primary key)`,
  setup: [],
  reference: { locksFirst: true },
  wrong: [
    {
      title: "the table is looked for and created before the lock is taken",
      violates: ["no-clash"],
      variant: { locksFirst: false },
    },
  ],
  actors: ({ locksFirst }) => ({
    node1: (context) => run(context, locksFirst),
    node2: (context) => run(context, locksFirst),
  }),
  observe: `select (select count(*)::int from catalog) as tables, (select count(*)::int from migration) as migrations`,
  atEnd: [
    {
      name: "no-clash",
      promise: "No run fails because another creates the same table.",
      check: ({ history }) =>
        countOf(history, "ensure table", "23505") === 0
          ? undefined
          : "A run failed: the table exists already.",
    },
  ],
  liveness: {
    promise: "Every migration has run once.",
    check: ({ after: { migrations } }) =>
      migrations === 1 ? undefined : `${migrations} migrations have run.`,
  },
  mustSee: ["ensure table 200", "migrate 200"],
});

async function run(context: ActorContext, locksFirst: boolean): Promise<void> {
  const { db } = context;
  if (!locksFirst) await ensureTable(context);
  await db.query("select pg_advisory_lock(7241865325823964)");
  if (locksFirst) await ensureTable(context);
  await transact(context, "migrate", async (session) => {
    const { rows } = await session.query("select name from migration where name = '1-first'");
    if (rows.length === 0) await session.query("insert into migration values ('1-first')");
    return { status: 200 };
  });
  await db.query("select pg_advisory_unlock(7241865325823964)");
}

async function ensureTable(context: ActorContext): Promise<void> {
  await transact(context, "ensure table", async (db) => {
    const { rows } = await db.query("select name from catalog where name = 'pgmigrations'");
    if (rows.length === 0) await db.query("insert into catalog values ('pgmigrations')");
    return { status: 200 };
  });
}
