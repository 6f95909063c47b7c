/**
 * examples/foreign-key-deadlock: inserting an order locks its customer FOR KEY SHARE, as the foreign key asks. Two clients can hold
 * that lock together; when each of them then wants the customer FOR UPDATE, each waits for the other (PostgreSQL manual, 13.3.2 and
 * 13.3.4).
 *
 * The fix takes the strongest lock first: the customer is locked before the order is inserted.
 */
import type { ActorContext, Race } from "../../../sim/race/race.ts";
import { countOf, example } from "../example.ts";
import { transact } from "../transact.ts";

interface State {
  readonly orders: number;
  readonly counted: number;
}

/** Over the mended code. */
export const foreignKeyDeadlock: Race<State, null> = example<State, { readonly locksFirst: boolean }>({
  name: "foreign-key-deadlock",
  source: "textbook",
  description: "Two orders of one customer, whose number of orders is kept.",
  schema: `
    create table customer (id int primary key, orders int not null default 0);
    create table purchase (client text primary key, customer_id int not null references customer)`,
  setup: ["insert into customer values (1)"],
  reference: { locksFirst: true },
  wrong: [
    {
      title: "the order is inserted before the customer is locked",
      violates: ["no-deadlock"],
      variant: { locksFirst: false },
    },
  ],
  actors: ({ locksFirst }) => ({
    ann: (context) => order(context, locksFirst),
    ben: (context) => order(context, locksFirst),
  }),
  observe: `select (select count(*)::int from purchase) as orders, (select orders from customer) as counted`,
  invariants: [
    {
      name: "counted",
      promise: "The customer's orders are counted.",
      check: ({ after: { orders, counted } }) =>
        orders === counted ? undefined : `${counted} of ${orders} orders are counted.`,
    },
  ],
  atEnd: [
    {
      name: "no-deadlock",
      promise: "No order fails because of another.",
      check: ({ history }) =>
        countOf(history, "order", "40P01") === 0 ? undefined : "An order was a deadlock's victim.",
    },
  ],
  liveness: {
    promise: "Somebody's order is there.",
    check: ({ after: { orders } }) => (orders > 0 ? undefined : "There is no order."),
  },
  mustSee: ["order 201"],
});

async function order(context: ActorContext, locksFirst: boolean): Promise<void> {
  const lock = "select orders from customer where id = 1 for update";
  await transact(context, "order", async (db) => {
    if (locksFirst) await db.query(lock);
    await db.query("insert into purchase values ($1, 1)", [context.name]);
    if (!locksFirst) await db.query(lock);
    await db.query("update customer set orders = orders + 1 where id = 1");
    return { status: 201 };
  });
}
