/**
 * The anomalies that tell isolation levels apart, a race each, whose invariant has the anomaly's name. The names are those of Adya
 * ("Weak Consistency: A Generalized Theory and Optimistic Implementations for Distributed Transactions", 1999) and Berenson et al.
 * (1995), as Kleppmann's Hermitage uses them; the transactions are our own.
 *
 * Each race has two or three transactions over two rows, 1 and 2, which begin as 10 and 20. What a transaction read is the result of its
 * operation; one that failed has none, and so takes part in no anomaly.
 */
import fc from "fast-check";
import type { Actor, OperationRecord, Race } from "../../sim/race/race.ts";
import { bareRace } from "../bare-race.ts";
import { ANOMALIES, type Anomaly, type Final, type Reads } from "./anomaly-list.ts";

/** In the order of the list. */
export const anomalies: readonly Race<Final, null>[] = Object.entries(ANOMALIES).map(([name, anomaly]) =>
  raceOf(name, anomaly),
);

function raceOf(name: string, anomaly: Anomaly): Race<Final, null> {
  return bareRace<Final, null>({
    name: `isolation/${name.toLowerCase()}`,
    description: anomaly.title,
    schema: "create table item (id int primary key, value int not null)",
    data: fc.constant(null),
    exhaustive: { all: null },
    setup: async (db) => {
      await db.query("insert into item values (1, 10), (2, 20)");
    },
    actors: () =>
      Object.fromEntries(
        Object.entries(anomaly.transactions).map(([actor, script]) => [actor, transaction(script)]),
      ),
    observe: async (db) =>
      (await db.query<Final>("select json_object_agg(id, value order by id) as rows from item"))
        .rows[0] as Final,
    atEnd: [
      {
        name,
        promise: anomaly.promise,
        check: ({ after, history }) => anomaly.check(readsOf(history), after.rows),
      },
    ],
    labels: () => ["transaction committed"],
  });
}

/** Runs `script` in a transaction; its operation's result is what its queries read. */
function transaction(script: readonly string[]): Actor {
  return async ({ name, db, operation }) => {
    await operation("transaction", name, async () => {
      const reads: number[] = [];
      await db.query("begin");
      for (const text of script) {
        const { rows } = await db.query<{ read?: number }>(text);
        if (text.startsWith("select")) reads.push(rows[0]?.read ?? 0);
      }
      if (script.at(-1) !== "rollback") await db.query("commit");
      return reads;
    });
  };
}

/** What each transaction that ended by itself has read. */
function readsOf(history: readonly OperationRecord[]): Reads {
  return Object.fromEntries(
    history.flatMap(({ actor, result }) => (Array.isArray(result) ? [[actor, result as number[]]] : [])),
  );
}
