/**
 * examples/lost-update: two deposits read a balance, add to it in the client, and write it back. Whoever writes last has not seen
 * the other's deposit (Berenson et al., "A Critique of ANSI SQL Isolation Levels", 1995, phenomenon P4).
 *
 * The fix locks the row as it is read; adding in the UPDATE itself would do as well.
 */
import type { ActorContext, Race } from "../../../sim/race/race.ts";
import { countOf, example } from "../example.ts";
import { transact } from "../transact.ts";

const DEPOSIT = 10;

interface State {
  readonly balance: number;
}

/** Over the mended code. */
export const lostUpdate: Race<State, null> = example<State, { readonly lock: string }>({
  name: "lost-update",
  source: "textbook",
  description: "Two deposits on one account.",
  schema: "create table account (id int primary key, balance int not null)",
  setup: ["insert into account values (1, 0)"],
  reference: { lock: "for update" },
  wrong: [{ title: "the balance is read without a lock", violates: ["all-counted"], variant: { lock: "" } }],
  actors: ({ lock }) => ({
    ann: (context) => deposit(context, lock),
    ben: (context) => deposit(context, lock),
  }),
  observe: "select balance from account",
  invariants: [
    {
      name: "all-counted",
      promise: "The balance never falls: no deposit undoes another.",
      check: ({ before, after, actor }) =>
        after.balance > before.balance
          ? undefined
          : `${actor} wrote ${after.balance} over ${before.balance}.`,
    },
  ],
  liveness: {
    promise: "Every deposit that was confirmed is in the balance.",
    check: ({ after, history }) => {
      const confirmed = countOf(history, "deposit", 200);
      return after.balance === confirmed * DEPOSIT
        ? undefined
        : `${confirmed} deposits of ${DEPOSIT} gave ${after.balance}.`;
    },
  },
  mustSee: ["deposit 200"],
});

async function deposit(context: ActorContext, lock: string): Promise<void> {
  await transact(context, "deposit", async (db) => {
    const { rows } = await db.query<{ balance: number }>(`select balance from account where id = 1 ${lock}`);
    await db.query("update account set balance = $1 where id = 1", [(rows[0]?.balance ?? 0) + DEPOSIT]);
    return { status: 200 };
  });
}
