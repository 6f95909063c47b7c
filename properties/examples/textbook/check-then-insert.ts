/**
 * examples/check-then-insert: two people sign up under one name. Both ask whether it is taken, both hear no, both insert.
 *
 * The fix is a unique index and ON CONFLICT DO NOTHING: the second insert waits for the first and then knows.
 */
import type { ActorContext, Race } from "../../../sim/race/race.ts";
import { example } from "../example.ts";
import { transact } from "../transact.ts";

interface State {
  readonly accounts: number;
}

/** Over the mended code. */
export const checkThenInsert: Race<State, null> = example<State, { readonly insert: string }>({
  name: "check-then-insert",
  source: "textbook",
  description: "Two people sign up under one name.",
  schema: `
    create table account (id int generated always as identity primary key, name text not null);
    create table reserved_name (name text primary key)`,
  setup: [],
  reference: { insert: "insert into reserved_name values ('neo') on conflict do nothing" },
  wrong: [
    {
      title: "nothing but a look tells whether the name is taken",
      violates: ["one-account-a-name"],
      variant: { insert: "" },
    },
  ],
  actors: ({ insert }) => ({
    ann: (context) => signUp(context, insert),
    ben: (context) => signUp(context, insert),
  }),
  observe: "select count(*)::int as accounts from account where name = 'neo'",
  invariants: [
    {
      name: "one-account-a-name",
      promise: "A name has one account.",
      check: ({ after: { accounts }, actor }) =>
        accounts <= 1 ? undefined : `With ${actor}'s there are ${accounts} accounts of one name.`,
    },
  ],
  liveness: {
    promise: "Somebody gets the name.",
    check: ({ after: { accounts } }) => (accounts > 0 ? undefined : "Nobody has the name."),
  },
  mustSee: ["sign up 201", "sign up 409"],
});

async function signUp(context: ActorContext, insert: string): Promise<void> {
  await transact(context, "sign up", async (db) => {
    const { rows } = await db.query("select id from account where name = 'neo'");
    if (rows.length > 0) return { status: 409 };
    if (insert !== "" && (await db.query(insert)).rowCount === 0) return { status: 409 };
    await db.query("insert into account (name) values ('neo')");
    return { status: 201 };
  });
}
