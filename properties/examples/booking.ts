import fc from "fast-check";
import { runProgram } from "../../sim/cli/program.ts";
import type { Actor, Race } from "../../sim/race/race.ts";

interface State {
  readonly free: number;
  readonly bookings: number;
}

interface Data {
  readonly seats: number;
}

const reference = bookingOver("for update");

await runProgram(import.meta.url, [reference]);

function bookingOver(lock: string): Race<State, Data> {
  return {
    name: "example/booking",
    description: "Three customers book the last seats of a flight.",
    schema: `
      create table flight (id int primary key, free int not null);
      create table booking (id int generated always as identity primary key, customer text not null)`,
    data: fc.record({ seats: fc.integer({ min: 1, max: 3 }) }),
    setup: async (db, { seats }) => {
      await db.query("insert into flight values (1, $1)", [seats]);
    },
    actors: () => ({ ann: customer(lock), ben: customer(lock), cem: customer(lock) }),
    observe: async (db) => {
      const { rows } = await db.query<State>(
        "select free, (select count(*)::int from booking) as bookings from flight",
      );
      return rows[0]!;
    },
    invariants: [
      {
        name: "no-overbooking",
        promise: "Free seats and bookings add up to the seats.",
        check: ({ after: { free, bookings }, data: { seats } }) =>
          free + bookings === seats ? undefined : `${bookings} bookings, ${free} of ${seats} seats free.`,
      },
    ],
    atEnd: [],
    liveness: {
      name: "liveness",
      promise: "Who comes while there are seats gets one.",
      check: ({ after, data }) =>
        after.bookings >= Math.min(3, data.seats) ? undefined : `Only ${after.bookings} bookings.`,
    },
    mustSee: ["book 200", "book 409"],
    labels: ({ name, result }) => [`${name} ${(result as { readonly status: number }).status}`],
    mutants: [{ id: 1, title: "the flight is read without a lock", violates: ["no-overbooking"] }],
    mutate: () => bookingOver(""),
  };
}

function customer(lock: string): Actor {
  return async ({ name, db, operation }) => {
    await operation("book", { customer: name }, async () => {
      await db.query("begin");
      const { rows } = await db.query<{ free: number }>(`select free from flight where id = 1 ${lock}`);
      const free = rows[0]?.free ?? 0;
      if (free === 0) {
        await db.query("rollback");
        return { status: 409 };
      }
      await db.query("update flight set free = $1 where id = 1", [free - 1]);
      await db.query("insert into booking (customer) values ($1)", [name]);
      await db.query("commit");
      return { status: 200 };
    });
  };
}
