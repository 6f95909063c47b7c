/**
 * examples/double-booking: two guests want one room for nights that overlap. Both look for bookings in the way, find none, and
 * insert theirs: there is no row yet that they could both lock.
 *
 * The fix locks the room, which is there; an exclusion constraint on the nights would do as well.
 */
import type { ActorContext, Race } from "../../../sim/race/race.ts";
import { example } from "../example.ts";
import { transact } from "../transact.ts";

interface State {
  readonly overlaps: number;
  readonly bookings: number;
}

/** Over the mended code. */
export const doubleBooking: Race<State, null> = example<State, { readonly locksRoom: boolean }>({
  name: "double-booking",
  source: "textbook",
  description: "Two guests book one room for nights that overlap.",
  schema: `
    create table room (id int primary key);
    create table booking (guest text primary key, room_id int not null, nights int4range not null)`,
  setup: ["insert into room values (1)"],
  reference: { locksRoom: true },
  wrong: [
    {
      title: "bookings are looked for without locking the room",
      violates: ["one-guest-a-night"],
      variant: { locksRoom: false },
    },
  ],
  actors: ({ locksRoom }) => ({
    ann: (context) => book(context, "[1,4)", locksRoom),
    ben: (context) => book(context, "[3,5)", locksRoom),
  }),
  observe: `select (select count(*)::int from booking) as bookings,
    (select count(*)::int from booking a join booking b on a.guest < b.guest and a.nights && b.nights) as overlaps`,
  invariants: [
    {
      name: "one-guest-a-night",
      promise: "No two bookings of a room overlap.",
      check: ({ after: { overlaps }, actor }) =>
        overlaps === 0 ? undefined : `${actor} booked nights that were taken.`,
    },
  ],
  liveness: {
    promise: "Somebody gets the room.",
    check: ({ after: { bookings } }) => (bookings > 0 ? undefined : "The room stays empty."),
  },
  mustSee: ["book 200", "book 409"],
});

async function book(context: ActorContext, nights: string, locksRoom: boolean): Promise<void> {
  await transact(context, "book", async (db) => {
    if (locksRoom) await db.query("select id from room where id = 1 for update");
    const taken = await db.query("select guest from booking where room_id = 1 and nights && $1", [nights]);
    if (taken.rows.length > 0) return { status: 409 };
    await db.query("insert into booking values ($1, 1, $2)", [context.name, nights]);
    return { status: 200 };
  });
}
