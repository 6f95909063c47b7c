/**
 * What each anomaly is: the transactions, the promise that it breaks, and which levels of PostgreSQL let it come about (manual, 13.2,
 * table 13.1; REPEATABLE READ there is snapshot isolation).
 */
import type { IsolationLevel } from "../../sim/race/isolation.ts";

/** The values in the end, by id. */
export interface Final {
  readonly rows: Readonly<Record<string, number>>;
}

/** What each transaction has read, in order; absent where it failed. */
export type Reads = Readonly<Record<string, readonly number[] | undefined>>;

/** One anomaly. */
export interface Anomaly {
  readonly title: string;
  readonly promise: string;
  /** Statements by transaction; it commits unless its last one is "rollback". */
  readonly transactions: Readonly<Record<string, readonly string[]>>;
  /** A sentence if it came about. */
  readonly check: (reads: Reads, final: Final["rows"]) => string | undefined;
  /** The strongest level at which it can come about. */
  readonly until: IsolationLevel;
}

const read = (id: number): string => `select value as read from item where id = ${id}`;
const write = (id: number, value: number): string => `update item set value = ${value} where id = ${id}`;
/** Counts rows by a predicate. */
const COUNT = "select count(*)::int as read from item where value >= 30";

/** By name, from the weakest. */
export const ANOMALIES: Readonly<Record<string, Anomaly>> = {
  G0: {
    title: "G0, write cycle: two transactions write two rows, and the end has one row of each.",
    promise: "The writes of a transaction are not mixed with another's.",
    transactions: { t1: [write(1, 11), write(2, 21)], t2: [write(1, 12), write(2, 22)] },
    check: (_, final) => {
      const one = final["1"] === 11;
      const other = final["2"] === 21;
      return one === other ? undefined : `The rows are ${final["1"]} and ${final["2"]}.`;
    },
    until: "no transaction",
  },
  G1a: {
    title: "G1a, aborted read: a transaction reads what another has taken back.",
    promise: "Nobody reads what was rolled back.",
    transactions: { t1: [write(1, 101), "rollback"], t2: [read(1)] },
    check: ({ t2 }) => (t2?.[0] === 101 ? "t2 read 101, which t1 rolled back." : undefined),
    until: "no transaction",
  },
  G1b: {
    title: "G1b, intermediate read: a transaction reads what another has overwritten itself.",
    promise: "Nobody reads what is not the last word of its transaction.",
    transactions: { t1: [write(1, 101), write(1, 11)], t2: [read(1)] },
    check: ({ t2 }) => (t2?.[0] === 101 ? "t2 read 101, which t1 then made 11." : undefined),
    until: "no transaction",
  },
  G1c: {
    title: "G1c, circular information flow: two transactions read each other's writes.",
    promise: "Two transactions do not both come after the other.",
    transactions: { t1: [write(1, 11), read(2)], t2: [write(2, 22), read(1)] },
    check: ({ t1, t2 }) =>
      t1?.[0] === 22 && t2?.[0] === 11 ? "t1 read t2's 22, and t2 read t1's 11." : undefined,
    until: "no transaction",
  },
  OTV: {
    title:
      "OTV, observed transaction vanishes: a reader has seen a transaction, and then sees a row as if it had not been.",
    promise: "Who has seen a transaction sees all of it from then on.",
    transactions: {
      t1: [write(1, 11), write(2, 19)],
      t2: [write(1, 12), write(2, 18)],
      t3: [read(1), read(2)],
    },
    check: ({ t3 }, final) => {
      const [one = 10, other = 20] = t3 ?? [];
      return age(other, 20, final["2"]) > age(one, 10, final["1"])
        ? `t3 read ${one}, and then ${other}, which is older.`
        : undefined;
    },
    until: "no transaction",
  },
  PMP: {
    title: "PMP, predicate-many-preceders: one query, asked twice, gives other rows the second time.",
    promise: "A transaction's query gives the same rows each time.",
    transactions: { t1: [COUNT, COUNT], t2: ["insert into item values (3, 30)"] },
    check: ({ t1 }) =>
      t1 !== undefined && t1[0] !== t1[1] ? `t1 found ${t1[0]} rows, and then ${t1[1]}.` : undefined,
    until: "read committed",
  },
  P4: {
    title: "P4, lost update: two transactions read a row and write it; one of them has not seen the other.",
    promise: "Nobody overwrites what he has not seen.",
    transactions: { t1: [read(1), write(1, 11)], t2: [read(1), write(1, 12)] },
    check: ({ t1, t2 }) => (t1?.[0] === 10 && t2?.[0] === 10 ? "Both read 10 and wrote over it." : undefined),
    until: "read committed",
  },
  "G-single": {
    title: "G-single, read skew: a reader sees one row from before a transaction and one from after it.",
    promise: "A transaction sees all of another, or nothing.",
    transactions: { t1: [read(1), read(2)], t2: [write(1, 12), write(2, 18)] },
    check: ({ t1 }) => {
      const mixed = t1 !== undefined && (t1[0] === 12) !== (t1[1] === 18);
      return mixed ? `t1 read ${t1[0]} and ${t1[1]}.` : undefined;
    },
    until: "read committed",
  },
  "G2-item": {
    title: "G2-item, write skew: two transactions read both rows, and each writes another one.",
    promise: "Of two transactions that read both rows and write one, one sees the other.",
    transactions: {
      t1: [read(1), read(2), write(1, 11)],
      t2: [read(1), read(2), write(2, 21)],
    },
    check: ({ t1, t2 }) =>
      t1?.[1] === 20 && t2?.[0] === 10 ? "Neither saw what the other wrote." : undefined,
    until: "repeatable read",
  },
  G2: {
    title: "G2, anti-dependency cycle: two transactions look for rows, find none, and each inserts one.",
    promise: "Of two transactions that look for rows and insert one, one sees the other's.",
    transactions: {
      t1: [COUNT, "insert into item values (3, 30)"],
      t2: [COUNT, "insert into item values (4, 42)"],
    },
    check: ({ t1, t2 }) => (t1?.[0] === 0 && t2?.[0] === 0 ? "Neither found the other's row." : undefined),
    until: "repeatable read",
  },
};

/** How old a value is that t3 read: the one of the end, the one before it, or the one of the beginning. */
function age(value: number, first: number, last: number | undefined): number {
  if (value === first) return 2;
  return value === last ? 0 : 1;
}
