/**
 * Races small enough to run every interleaving: one kind of conflict each, as lists of statements.
 */
import fc from "fast-check";
import type { Actor, ActorContext, Race } from "../../sim/race/race.ts";
import { bareRace } from "../bare-race.ts";

/** A statement, or a sleep of so many milliseconds. */
type Script = readonly (string | number)[];

interface SmallRace {
  readonly schema: string;
  readonly setup: string;
  /** What the committed state is. */
  readonly observe: string;
  /** Each runs its statements one after the other; an error rolls back and ends it. */
  readonly actors: Readonly<Record<string, Script>>;
}

const ITEMS = {
  schema: "create table item (id int primary key, n int not null)",
  setup: "insert into item values (1, 0), (2, 0)",
  observe: "select id, n from item order by id",
} as const;

const FAMILY = {
  schema: `create table parent (id int primary key, n int not null default 0);
    create table child (id int primary key, parent_id int not null references parent on delete cascade)`,
  setup: "insert into parent (id) values (1), (2)",
  observe: `select (select json_agg(p order by id) from parent p) as parents, (select json_agg(c order by id) from child c) as children`,
} as const;

const KEYED = {
  schema: "create table entry (key text primary key, owner text not null)",
  setup: "insert into entry values ('taken', 'nobody')",
  observe: "select key, owner from entry order by key",
} as const;

const small: Readonly<Record<string, SmallRace>> = {
  "two rows": {
    ...ITEMS,
    actors: {
      a: ["begin", "update item set n = n + 1 where id = 1", "commit"],
      b: ["begin", "update item set n = n + 1 where id = 2", "commit"],
      c: ["select n from item where id = 1", "select n from item where id = 2"],
    },
  },
  "lost update": {
    ...ITEMS,
    actors: {
      a: ["begin", "select n from item where id = 1", "update item set n = 10 where id = 1", "commit"],
      b: ["begin", "select n from item where id = 1", "update item set n = n + 1 where id = 1", "commit"],
    },
  },
  "wait and check again": {
    ...ITEMS,
    actors: {
      a: ["begin", "update item set n = 1 where id = 1", "commit"],
      b: ["update item set n = n + 10 where n = 0"],
      c: [
        "begin",
        "select id from item where n = 0 order by id for update",
        "update item set n = 5 where id = 2",
        "commit",
      ],
    },
  },
  deadlock: {
    ...ITEMS,
    actors: {
      a: ["begin", "update item set n = 1 where id = 1", "update item set n = 1 where id = 2", "commit"],
      b: ["begin", "update item set n = 2 where id = 2", "update item set n = 2 where id = 1", "commit"],
    },
  },
  "deadlock of three": {
    schema: ITEMS.schema,
    setup: "insert into item values (1, 0), (2, 0), (3, 0)",
    observe: ITEMS.observe,
    actors: {
      a: ["begin", "update item set n = 1 where id = 1", "update item set n = 1 where id = 2"],
      b: ["begin", "update item set n = 2 where id = 2", "update item set n = 2 where id = 3"],
      c: ["begin", "update item set n = 3 where id = 3", "update item set n = 3 where id = 1"],
    },
  },
  "skip locked": {
    ...ITEMS,
    actors: {
      a: [
        "begin",
        "select id from item where n = 0 order by id limit 1 for update skip locked",
        "update item set n = 1 where id = 1",
        "commit",
      ],
      b: ["begin", "select id from item where n = 0 order by id limit 1 for update skip locked", "rollback"],
      c: ["update item set n = n + 10 where id = 2"],
    },
  },
  "no wait": {
    ...ITEMS,
    actors: {
      a: ["begin", "select id from item where id = 1 for share nowait", "commit"],
      b: [
        "begin",
        "select id from item where id = 1 for update nowait",
        "update item set n = 1 where id = 1",
        "commit",
      ],
    },
  },
  "shared locks": {
    ...ITEMS,
    actors: {
      a: ["begin", "select n from item where id = 1 for share", "commit"],
      b: ["begin", "select n from item where id = 1 for key share", "commit"],
      c: ["begin", "update item set n = n + 1 where id = 1", "commit"],
    },
  },
  "lock upgrade": {
    ...ITEMS,
    actors: {
      a: [
        "begin",
        "select n from item where id = 1 for share",
        "update item set n = n + 1 where id = 1",
        "commit",
      ],
      b: [
        "begin",
        "select n from item where id = 1 for share",
        "update item set n = n + 2 where id = 1",
        "commit",
      ],
    },
  },
  "repeatable read": {
    ...ITEMS,
    actors: {
      a: [
        "begin isolation level repeatable read",
        "select n from item where id = 2",
        "update item set n = n + 1 where id = 1",
        "commit",
      ],
      b: ["begin", "update item set n = 7 where id = 1", "commit"],
    },
  },
  savepoint: {
    ...ITEMS,
    actors: {
      a: ["begin", "savepoint s", "update item set n = 1 where id = 1", "rollback to s", "commit"],
      b: ["begin", "update item set n = 2 where id = 1", "commit"],
    },
  },
  "unique key": {
    ...KEYED,
    actors: {
      a: ["begin", "insert into entry values ('new', 'a')", "commit"],
      b: ["begin", "insert into entry values ('new', 'b')", "rollback"],
      c: ["insert into entry values ('new', 'c') on conflict do nothing"],
    },
  },
  "key change": {
    ...KEYED,
    actors: {
      a: ["begin", "update entry set key = 'new' where key = 'taken'", "commit"],
      b: ["begin", "insert into entry values ('new', 'b')", "commit"],
      c: ["select count(*) from entry where key = 'taken'"],
    },
  },
  "key change under a lock": {
    ...KEYED,
    actors: {
      a: [
        "begin",
        "select key from entry for update",
        "update entry set key = 'new' where owner = 'nobody'",
        "commit",
      ],
      b: ["begin", "insert into entry values ('new', 'b')", "commit"],
    },
  },
  "foreign key": {
    ...FAMILY,
    actors: {
      a: ["begin", "insert into child values (1, 1)", "commit"],
      b: ["begin", "delete from parent where id = 1", "commit"],
      c: ["update parent set n = n + 1 where id = 1"],
    },
  },
  cascade: {
    schema: FAMILY.schema,
    setup: "insert into parent (id) values (1), (2); insert into child values (1, 1)",
    observe: FAMILY.observe,
    actors: {
      a: ["begin", "delete from parent where id = 1", "rollback"],
      b: ["begin", "update child set parent_id = 2 where id = 1", "commit"],
      c: ["select count(*) from child"],
    },
  },
  "advisory locks": {
    ...ITEMS,
    actors: {
      a: ["begin", "select pg_advisory_xact_lock(1)", "update item set n = n * 2 + 1 where id = 1", "commit"],
      b: ["begin", "select pg_advisory_xact_lock(1)", "update item set n = n * 3 + 1 where id = 1", "commit"],
      c: ["select pg_try_advisory_xact_lock(1)"],
    },
  },
  "table lock": {
    ...ITEMS,
    actors: {
      a: ["begin", "lock table item in share mode", "select sum(n) from item", "commit"],
      b: ["begin", "update item set n = 1 where id = 1", "commit"],
      c: ["select n from item where id = 1"],
    },
  },
  timeout: {
    ...ITEMS,
    actors: {
      a: ["set lock_timeout = '5ms'", "begin", "update item set n = n + 1 where id = 1", "commit"],
      b: ["begin", "update item set n = n + 10 where id = 1", "commit"],
    },
  },
  clock: {
    schema: "create table mark (name text primary key, at timestamptz not null)",
    setup: "",
    observe: "select name, at from mark order by name",
    actors: {
      a: [10, "insert into mark values ('a', now())"],
      b: [5, "insert into mark values ('b', now())"],
      c: ["insert into mark values ('c', clock_timestamp())"],
    },
  },
  "time of a transaction": {
    schema: "create table mark (name text primary key, at timestamptz not null)",
    setup: "",
    observe: "select name, at from mark order by name",
    actors: {
      a: ["select 1", "begin", "insert into mark values ('a', now())", "commit"],
      b: [5],
      c: ["select pg_sleep(0.003)"],
    },
  },
  "looking at locks": {
    ...ITEMS,
    actors: {
      a: ["begin", "update item set n = 1 where id = 1", "commit"],
      b: ["begin", "select count(*) from pg_locks where granted", "commit"],
    },
  },
  sequence: {
    schema: "create table ticket (id int generated always as identity primary key, owner text not null)",
    setup: "",
    observe: "select id, owner from ticket order by id",
    actors: {
      a: ["begin", "insert into ticket (owner) values ('a')", "rollback"],
      b: ["insert into ticket (owner) values ('b')"],
      c: ["insert into ticket (owner) values ('c')"],
    },
  },
  trigger: {
    schema: `create table item (id int primary key, n int not null); create table total (n int not null);
      create function add_up() returns trigger language plpgsql as $$ begin
        update total set n = n + new.n; return new; end $$;
      create trigger added after insert on item for each row execute function add_up()`,
    setup: "insert into total values (0)",
    observe: "select (select n from total) as total, (select count(*)::int from item) as items",
    actors: {
      a: ["begin", "insert into item values (1, 1)", "commit"],
      b: ["begin", "insert into item values (2, 2)", "commit"],
    },
  },
};

/** By name. */
export const smallRaces: Readonly<Record<string, Race>> = Object.fromEntries(
  Object.entries(small).map(([name, definition]) => [name, raceOf(`small/${name}`, definition)]),
);

function raceOf(name: string, { schema, setup, observe, actors }: SmallRace): Race {
  return bareRace<unknown, unknown>({
    name,
    description: "A race of which every interleaving can be run.",
    schema,
    data: fc.constant(null),
    setup: async (db) => {
      for (const text of setup.split("; ")) if (text !== "") await db.query(text);
    },
    actors: () => Object.fromEntries(Object.entries(actors).map(([actor, script]) => [actor, run(script)])),
    observe: async (db) => (await db.query(observe)).rows,
    invariants: [
      {
        name: "first-of-all",
        promise: "Session a is the first to commit.",
        check: ({ actor, history }) =>
          actor !== "a" && history.every(({ actor: who, endStep }) => who !== "a" || endStep === undefined)
            ? `${actor} commits before a has ended.`
            : undefined,
      },
    ],
  });
}

function run(script: Script): Actor {
  return async ({ db, sleep, operation }: ActorContext) => {
    await operation("script", null, async () => {
      const results: unknown[] = [];
      try {
        for (const item of script) {
          if (typeof item === "number") await sleep(item);
          else results.push((await db.query(item)).rows);
        }
      } catch (error) {
        results.push((error as { readonly code?: string }).code);
        await db.query("rollback");
      }
      return results;
    });
  };
}
