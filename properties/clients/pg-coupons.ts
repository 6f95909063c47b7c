/**
 * node-postgres: a coupon that may be redeemed a few times. `redeem` and `RedeemOptions` are code as written for production: it knows
 * `pg` only.
 *
 * Mutant 1 reads the coupon without a lock. Mutant 2 writes its audit log on the pool, not on the client that it has: with as many
 * requests as connections each waits for one that another has, for ever.
 */
import type { Pool as PgPool } from "pg";
import { Pool, race, type Actor, type Race } from "../../sim/index.ts";

interface Options {
  readonly lock: string;
  readonly auditOnPool: boolean;
}

/** Redeems the coupon for a customer; false if it is used up. */
async function redeem(pool: PgPool, customer: string, { lock, auditOnPool }: Options): Promise<boolean> {
  const client = await pool.connect();
  try {
    await client.query("BEGIN");
    const coupon = await client.query<{ uses_left: number }>(
      `SELECT uses_left FROM coupon WHERE code = $1 ${lock}`,
      ["SPRING"],
    );
    const redeemed = coupon.rows[0]!.uses_left > 0;
    if (redeemed) {
      await client.query("UPDATE coupon SET uses_left = uses_left - 1 WHERE code = $1", ["SPRING"]);
    }
    const audit = {
      text: "INSERT INTO audit (customer, redeemed) VALUES ($1, $2)",
      values: [customer, redeemed],
    };
    await (auditOnPool ? pool : client).query(audit);
    await client.query("COMMIT");
    return redeemed;
  } catch (error) {
    await client.query("ROLLBACK");
    throw error;
  } finally {
    client.release();
  }
}

interface State {
  readonly redeemed: number;
}

const actors = (options: Options) => (): Readonly<Record<string, Actor>> => {
  const pool = new Pool({ max: 2 });
  const customer: Actor = ({ name, operation }) =>
    operation("redeem", { name }, () => redeem(pool, name, options)).then(() => {});
  return { ann: customer, ben: customer, cem: customer };
};

const coupons: Race<State> = race({
  name: "clients/pg-coupons",
  description: "Three customers redeem a coupon for one, over a pool of two connections.",
  schema: `
    create table coupon (code text primary key, uses_left int not null);
    create table audit (customer text primary key, redeemed boolean not null)`,
  setup: (db) => db.query("insert into coupon values ('SPRING', 1)"),
  actors: actors({ lock: "FOR UPDATE", auditOnPool: false }),
  observe: async (db) => {
    const { rows } = await db.query<State>("select count(*)::int as redeemed from audit where redeemed");
    return rows[0]!;
  },
  invariants: {
    "redeemed only once": ({ after }) => after.redeemed <= 1 || `Redeemed ${after.redeemed} times.`,
  },
  mustSee: ["redeemed", "refused"],
  labels: ({ result }) => [result === true ? "redeemed" : "refused"],
  mutants: {
    1: {
      title: "the coupon is read without a lock",
      violates: ["redeemed only once"],
      actors: actors({ lock: "", auditOnPool: false }),
    },
    2: {
      title: "a transaction asks the pool for a second connection",
      violates: ["stuck"],
      actors: actors({ lock: "FOR UPDATE", auditOnPool: true }),
    },
  },
});

export default coupons;
