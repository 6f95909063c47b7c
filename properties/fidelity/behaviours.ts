/**
 * What the fidelity table says: classes of behaviour, who is behind each of them in process, and the tests that show it.
 *
 * The table itself, in sim/README.md, is written from this file by `npm run fidelity`; fidelity.test.ts compares the two.
 */
import type { Evidence } from "./evidence.ts";

/**
 * "real": Postgres' own code does it, alone. "reproduced": the harness does or decides what a machine does elsewhere.
 * "refused": it cannot be had in process, and a statement that asks for it is refused by name.
 */
export type Fidelity = "real" | "reproduced" | "refused";

/** One row of the table. */
export interface Behaviour {
  readonly behaviour: string;
  readonly inProcess: Fidelity;
  /** How, where that needs words: a phrase. */
  readonly how?: string;
  /** What `--engine postgres` does instead; "same" where nothing is said. */
  readonly onServer?: string;
  /** At least one. */
  readonly shownBy: readonly Evidence[];
}

const CONFORMANCE = "properties/engine/conformance";
const MANY_SESSIONS = "properties/pglite/many-sessions.test.ts";
const DIFFER = "properties/differ/differ.test.ts";

/** The rows, in the order of the table. */
export const BEHAVIOURS: readonly Behaviour[] = [
  {
    behaviour: "Types, constraints, errors with SQLSTATE and detail",
    inProcess: "real",
    shownBy: [
      {
        file: `${CONFORMANCE}/statements.ts`,
        title: "reports an error with its SQLSTATE, detail, table and constraint",
      },
    ],
  },
  {
    behaviour: "Transaction blocks, several statements in one message",
    inProcess: "real",
    shownBy: [{ specCase: "blocks" }],
  },
  { behaviour: "Savepoints", inProcess: "real", shownBy: [{ specCase: "savepoints" }] },
  {
    behaviour: "Row locks in four strengths, shared locks",
    inProcess: "real",
    shownBy: [{ specCase: "row-locks" }],
  },
  { behaviour: "NOWAIT and SKIP LOCKED", inProcess: "real", shownBy: [{ specCase: "skip-and-nowait" }] },
  {
    behaviour: "READ COMMITTED: after a wait, the row's newest version is checked again",
    inProcess: "real",
    shownBy: [{ specCase: "recheck" }],
  },
  {
    behaviour: "A statement on many rows that waits midway",
    inProcess: "real",
    shownBy: [{ specCase: "many-rows" }],
  },
  {
    behaviour: "REPEATABLE READ, 40001",
    inProcess: "real",
    shownBy: [{ specCase: "repeatable-read" }],
  },
  {
    behaviour: "SERIALIZABLE, DEFERRABLE",
    inProcess: "real",
    shownBy: [{ specCase: "serializable" }],
  },
  { behaviour: "Unique keys, ON CONFLICT", inProcess: "real", shownBy: [{ specCase: "unique-keys" }] },
  {
    behaviour: "Foreign keys, triggers, functions",
    inProcess: "real",
    shownBy: [{ specCase: "foreign-keys" }, { specCase: "notices" }],
  },
  { behaviour: "Locks on tables", inProcess: "real", shownBy: [{ specCase: "table-locks" }] },
  {
    behaviour: "Advisory locks of transactions and sessions",
    inProcess: "real",
    shownBy: [{ specCase: "table-locks" }, { specCase: "session-locks" }],
  },
  {
    behaviour: "Lock queues: first come, first served",
    inProcess: "real",
    shownBy: [
      {
        file: `${CONFORMANCE}/lock-queues.ts`,
        title: "serves waiters for a table lock first come, first served, also those who could share it",
      },
    ],
  },
  {
    behaviour: "Deadlocks: found, or resolved by another order of the queue",
    inProcess: "real",
    shownBy: [{ specCase: "deadlock" }, { specCase: "soft-deadlock" }],
  },
  {
    behaviour: "pg_locks, pg_blocking_pids, pg_stat_activity",
    inProcess: "real",
    how: "with track_activities on, which `spec` sets",
    shownBy: [{ specCase: "session-locks" }],
  },
  {
    behaviour: "DDL that waits, and statements that wait for DDL",
    inProcess: "real",
    shownBy: [{ specCase: "ddl-waits" }, { specCase: "many-tables" }],
  },
  {
    behaviour: "CREATE INDEX CONCURRENTLY and its like, VACUUM",
    inProcess: "real",
    shownBy: [{ specCase: "concurrent-builds" }],
  },
  {
    behaviour: "Two-phase commit",
    inProcess: "real",
    shownBy: [{ specCase: "prepared-transactions" }],
  },
  { behaviour: "LISTEN, NOTIFY", inProcess: "real", shownBy: [{ specCase: "notify" }] },
  { behaviour: "Temporary tables", inProcess: "real", shownBy: [{ specCase: "temporary-tables" }] },
  { behaviour: "Cursors, WITH HOLD", inProcess: "real", shownBy: [{ specCase: "cursors" }] },
  {
    behaviour: "Cumulative statistics",
    inProcess: "real",
    how: "with track_counts on, which `spec` sets",
    shownBy: [{ specCase: "statistics" }],
  },
  {
    behaviour: "Arbitrary small workloads, compared with a server step by step",
    inProcess: "real",
    shownBy: [
      {
        file: DIFFER,
        title: "agree on every step and all tables of ${CASES} cases, in which all that matters came about",
      },
    ],
  },
  {
    behaviour: "Parallel plans",
    inProcess: "reproduced",
    how: "none are made, as on a server without parallel workers",
    onServer: "real",
    shownBy: [
      { file: MANY_SESSIONS, title: "makes no parallel plans, as a server without parallel workers" },
    ],
  },
  {
    behaviour: "Which of several woken sessions goes on first",
    inProcess: "reproduced",
    how: "who waited first, or the run's choice",
    onServer: "the operating system's choice",
    shownBy: [
      {
        file: `${CONFORMANCE}/lock-queues.ts`,
        title: "serves two waiters for a row that its holder changed in either order, and says in which",
      },
      { file: DIFFER, title: "may let several waiters go on in any order; the server's is followed" },
    ],
  },
  {
    behaviour: "Whose deadlock timer fires first: the victim",
    inProcess: "reproduced",
    how: "the schedule's choice",
    onServer: "the server's, told afterwards",
    shownBy: [
      {
        file: `${CONFORMANCE}/deadlocks.ts`,
        title: "breaks a cycle of two with 40P01 in one victim and lets the other go on",
      },
      { file: `${CONFORMANCE}/deadlocks.ts`, title: "breaks a cycle of three with one victim" },
    ],
  },
  {
    behaviour: "lock_timeout, statement_timeout",
    inProcess: "reproduced",
    how: "Postgres' own timers, fired in virtual time",
    onServer: "cancelled by the harness, in virtual time",
    shownBy: [{ specCase: "timeouts" }],
  },
  {
    behaviour: "Time: now(), pg_sleep()",
    inProcess: "reproduced",
    how: "a virtual clock",
    onServer: "the machine's",
    shownBy: [
      {
        file: MANY_SESSIONS,
        title: "stand still but for the harness, and pass in pg_sleep at no cost",
      },
      { file: MANY_SESSIONS, title: "begin with the transaction, however late its first statement comes" },
    ],
  },
  {
    behaviour: "Randomness: random(), uuids",
    inProcess: "reproduced",
    how: "from the run's seed and the session's name",
    onServer: "the machine's; random() is seeded",
    shownBy: [
      {
        file: MANY_SESSIONS,
        title: "are the same for the same seed in another backend, and differ between sessions and seeds",
      },
    ],
  },
  {
    behaviour: "A client that crashes",
    inProcess: "reproduced",
    how: "its statement is cancelled, its transaction rolled back",
    onServer: "its connection is cut",
    shownBy: [
      { file: `${CONFORMANCE}/disconnecting.ts`, title: "rolls the session back and lets its waiters go on" },
    ],
  },
  {
    behaviour: "The tables' physical start",
    inProcess: "reproduced",
    how: "pages as they were after the schema",
    onServer: "emptied by statements",
    shownBy: [{ file: MANY_SESSIONS, title: "gives every run the same physical start" }],
  },
  {
    behaviour: "COPY; databases, tablespaces, subscriptions; ALTER SYSTEM",
    inProcess: "refused",
    onServer: "real, COPY without its data",
    shownBy: [{ file: MANY_SESSIONS, title: "%s is refused by name, with the way out" }],
  },
  {
    behaviour: "Signals: pg_cancel_backend, pg_terminate_backend, pg_reload_conf, …",
    inProcess: "refused",
    onServer: "real",
    shownBy: [{ file: MANY_SESSIONS, title: "%s is refused by name, with the way out" }],
  },
];
