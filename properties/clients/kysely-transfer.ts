/**
 * Kysely: two transfers between two accounts, in opposite directions. `transfer` is code as written for production.
 *
 * Mutant 1 locks the accounts in the order of the transfer, not in that of their ids.
 */
import { Kysely, PostgresDialect } from "kysely";
import { Pool, race, type Actor, type Race } from "../../sim/index.ts";

interface Database {
  readonly account: { readonly id: number; readonly balance: number };
}

/** Moves 10 from one account to another. */
async function transfer(db: Kysely<Database>, from: number, to: number, sorts: boolean): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const ids = sorts ? [from, to].sort((one, other) => one - other) : [from, to];
    for (const id of ids) {
      await trx.selectFrom("account").select("balance").where("id", "=", id).forUpdate().executeTakeFirst();
    }
    for (const [id, amount] of [
      [from, -10],
      [to, 10],
    ] as const) {
      await trx
        .updateTable("account")
        .set((eb) => ({ balance: eb("balance", "+", amount) }))
        .where("id", "=", id)
        .execute();
    }
  });
}

interface State {
  readonly total: number;
}

const actors = (sorts: boolean) => (): Readonly<Record<string, Actor>> => {
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool: new Pool({ max: 2 }) }) });
  return {
    ann: ({ operation }) => operation("transfer", { from: 1, to: 2 }, () => transfer(db, 1, 2, sorts)),
    ben: ({ operation }) => operation("transfer", { from: 2, to: 1 }, () => transfer(db, 2, 1, sorts)),
  };
};

const transfers: Race<State> = race({
  name: "clients/kysely-transfer",
  description: "Two transfers in opposite directions, with Kysely.",
  schema: "create table account (id int primary key, balance int not null)",
  setup: (db) => db.query("insert into account values (1, 100), (2, 100)"),
  actors: actors(true),
  observe: async (db) => (await db.query<State>("select sum(balance)::int as total from account")).rows[0]!,
  invariants: { "no money is lost": ({ after }) => after.total === 200 },
  mutants: {
    1: {
      title: "the accounts are locked in the order of the transfer",
      violates: ["actor"],
      actors: actors(false),
    },
  },
});

export default transfers;
