/**
 * Faults that befall an actor, as wrappers around its session: its process crashes before its n-th statement, or Postgres
 * ends its transaction there with 40001 or 40P01.
 *
 * A crash is the end of the actor: the harness then rolls back what its session left open, as a server does with a lost
 * client. An error is raised by Postgres itself, in place of the statement, and aborts the transaction for good.
 */
import fc, { type Arbitrary } from "fast-check";
import type { Actor, Queryable } from "../../sim/race/race.ts";

/** What befalls an actor; statements count from 1, BEGIN and ROLLBACK left out, errors only inside a transaction. */
export type Fault =
  | { readonly kind: "none" }
  | { readonly kind: "crash"; readonly statement: number }
  | { readonly kind: "error"; readonly statement: number; readonly code: "40001" | "40P01" };

/** Mostly none; crashes and errors up to the statement `most`. */
export function faultArbitrary(most: number): Arbitrary<Fault> {
  const statement = fc.integer({ min: 1, max: most });
  return fc.oneof(
    { weight: 4, arbitrary: fc.constant<Fault>({ kind: "none" }) },
    { weight: 1, arbitrary: statement.map((statement): Fault => ({ kind: "crash", statement })) },
    {
      weight: 1,
      arbitrary: fc
        .record({ statement, code: fc.constantFrom("40001" as const, "40P01" as const) })
        .map((drawn): Fault => ({ kind: "error", ...drawn })),
    },
  );
}

/** `actor`, befallen by `fault`. */
export function befallen(actor: Actor, fault: Fault): Actor {
  if (fault.kind === "none") return actor;
  return async (context) => {
    try {
      await actor({ ...context, db: faultyOver(context.db, fault) });
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
    }
  };
}

/** The process is gone; only `befallen` catches it. */
class Crash extends Error {}

const BEGIN = /^\s*begin\b/i;
const END = /^\s*(commit|rollback)\b/i;

function faultyOver(db: Queryable, fault: Exclude<Fault, { kind: "none" }>): Queryable {
  let count = 0;
  let inTransaction = false;
  let crashed = false;
  return {
    query: async (statement, values) => {
      const text = typeof statement === "string" ? statement : statement.text;
      if (crashed) throw new Crash("The process has crashed.");
      const counts = !BEGIN.test(text) && !/^\s*rollback\b/i.test(text);
      const raises = fault.kind === "crash" || inTransaction;
      if (counts && raises) count += 1;
      if (BEGIN.test(text)) inTransaction = true;
      if (END.test(text)) inTransaction = false;
      if (!counts || !raises || count !== fault.statement) return db.query(statement, values);
      if (fault.kind === "crash") {
        crashed = true;
        throw new Crash("The process crashes.");
      }
      count += 1;
      return db.query(raising(fault.code));
    },
  };
}

function raising(code: string): string {
  return `do $$ begin raise exception 'raised by the race' using errcode = '${code}'; end $$`;
}
