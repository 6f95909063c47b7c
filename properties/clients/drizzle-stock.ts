/**
 * Drizzle (drizzle-orm/node-postgres): two orders of the last item on stock. `order` is code as written for production.
 *
 * Mutant 1 reads the stock without a lock.
 */
import { eq } from "drizzle-orm";
import { drizzle, type NodePgDatabase } from "drizzle-orm/node-postgres";
import { integer, pgTable, text, timestamp } from "drizzle-orm/pg-core";
import { Pool, race, type Actor, type Race } from "../../sim/index.ts";

const items = pgTable("items", { id: integer().primaryKey(), stock: integer().notNull() });
const orders = pgTable("orders", {
  customer: text().primaryKey(),
  at: timestamp({ withTimezone: true, mode: "date" }).notNull().defaultNow(),
});

/** Orders item 1 for a customer; the time of the order, or undefined if it is out of stock. */
async function order(db: NodePgDatabase, customer: string, locks: boolean): Promise<Date | undefined> {
  return await db.transaction(async (tx) => {
    const found = tx.select().from(items).where(eq(items.id, 1));
    const [item] = locks ? await found.for("update") : await found;
    if (item === undefined || item.stock === 0) return undefined;
    await tx
      .update(items)
      .set({ stock: item.stock - 1 })
      .where(eq(items.id, 1));
    const [made] = await tx.insert(orders).values({ customer }).returning({ at: orders.at });
    return made?.at;
  });
}

interface State {
  readonly stock: number;
  readonly orders: number;
}

const actors = (locks: boolean) => (): Readonly<Record<string, Actor>> => {
  const db = drizzle({ client: new Pool({ max: 2 }) });
  const customer: Actor = ({ name, operation }) =>
    operation("order", { name }, () => order(db, name, locks)).then(() => {});
  return { ann: customer, ben: customer };
};

const stock: Race<State> = race({
  name: "clients/drizzle-stock",
  description: "Two customers order the last item on stock, with Drizzle.",
  schema: `
    create table items (id int primary key, stock int not null);
    create table orders (customer text primary key, at timestamptz not null default now())`,
  setup: (db) => db.query("insert into items values (1, 1)"),
  actors: actors(true),
  observe: async (db) => {
    const { rows } = await db.query<State>(
      "select stock, (select count(*)::int from orders) as orders from items",
    );
    return rows[0]!;
  },
  invariants: {
    "stock and orders add up": ({ after }) =>
      after.stock + after.orders === 1 || `${after.orders} orders, stock ${after.stock}.`,
  },
  mustSee: ["ordered", "refused"],
  labels: ({ result }) => [result === undefined || result === null ? "refused" : "ordered"],
  mutants: {
    1: {
      title: "the stock is read without a lock",
      violates: ["stock and orders add up"],
      actors: actors(false),
    },
  },
});

export default stock;
