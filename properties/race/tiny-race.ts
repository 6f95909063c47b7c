/**
 * Builds small races for tests of the run loop: one table, actors given as functions.
 */
import fc from "fast-check";
import type { Actor, Race } from "../../sim/race/race.ts";
import { bareRace } from "../bare-race.ts";

/** A race over `item (id, n)` with rows 1 and 2; everything else can be replaced. */
export function tinyRace(actors: Readonly<Record<string, Actor>>, over: Partial<Race> = {}): Race {
  return bareRace({
    name: "test/tiny",
    description: "A race of the test suite.",
    schema: "create table item (id int primary key, n int not null); create sequence ticket;",
    data: fc.constant(null),
    setup: async (db) => {
      await db.query("insert into item values (1, 0), (2, 0)");
    },
    actors: () => actors,
    observe: async (db) => (await db.query("select id, n from item order by id")).rows,
    ...over,
  });
}
