/**
 * The smallest race worth running, for the tests of search and command line: two clients add 1 to one counter.
 *
 * The reference locks the row before it reads; mutant 1 does not, so that one client's addition can be lost.
 */
import fc from "fast-check";
import type { Actor, Race } from "../../sim/race/race.ts";

/** The whole committed state: the counter. */
export interface CounterState {
  readonly total: number;
}

/** What each client adds. */
export interface CounterData {
  readonly amount: number;
}

/** The race; `parts` take the place of its own. */
export function counterRace(
  parts: Partial<Race<CounterState, CounterData>> = {},
): Race<CounterState, CounterData> {
  const race: Race<CounterState, CounterData> = {
    ...withClients("for update"),
    mutate: () => ({ ...race, ...withClients("") }),
    ...parts,
  };
  return race;
}

function withClients(locking: string): Race<CounterState, CounterData> {
  const client: (data: CounterData) => Actor =
    ({ amount }) =>
    async ({ db, operation }) => {
      await operation("add", { amount }, async () => {
        await db.query("begin");
        const { rows } = await db.query<{ total: number }>(
          `select total from counter where id = 1 ${locking}`,
        );
        const total = (rows[0]?.total ?? 0) + amount;
        await db.query("update counter set total = $1 where id = 1", [total]);
        await db.query("commit");
        return { total };
      });
    };
  return {
    name: "test/counter",
    description: "Two clients add to one counter.",
    schema: "create table counter (id int primary key, total int not null)",
    data: fc.record({ amount: fc.integer({ min: 1, max: 100 }) }),
    setup: async (db) => {
      await db.query("insert into counter values (1, 0)");
    },
    actors: (data) => ({ alice: client(data), bob: client(data) }),
    observe: async (db) => {
      const { rows } = await db.query<CounterState>("select total from counter where id = 1");
      return { total: rows[0]?.total ?? 0 };
    },
    invariants: [
      {
        name: "growth",
        promise: "The counter only grows.",
        check: ({ before, after }) => (after.total < before.total ? `It fell to ${after.total}.` : undefined),
      },
    ],
    atEnd: [
      {
        name: "no-lost-update",
        promise: "Every addition counts.",
        check: ({ after, data }) =>
          after.total === 2 * data.amount
            ? undefined
            : `The counter is ${after.total}, not ${2 * data.amount}.`,
      },
    ],
    liveness: {
      name: "liveness",
      promise: "The counter is above 0.",
      check: ({ after }) => (after.total > 0 ? undefined : "It is 0."),
    },
    mustSee: ["add"],
    labels: ({ name }) => [name],
    mutants: [{ id: 1, title: "the row is read without a lock", violates: ["no-lost-update"] }],
    mutate: () => {
      throw new Error("counterRace gives the mutants");
    },
  };
}
