/**
 * Draws differential cases: small workloads under arbitrary schedules. Few rows, few keys and, in each case, few kinds of
 * statement (its theme), so that sessions meet.
 */
import fc from "fast-check";
import { advisory, insert, lockTable, lockTimeout, onRows, savepoint, sequence } from "./op-arbitraries.ts";
import type { Block, Case, Op, Script, Table } from "./workload.ts";

/** Limits of a case. */
const MAX_SESSIONS = 4;
const MAX_BLOCKS = 2;
const MAX_OPS = 4;
const MAX_SCHEDULE = 24;

/** What a case is mostly about. */
const themes: readonly fc.Arbitrary<Op>[] = [
  ...(["item", "parent", "account", "child"] satisfies Table[]).map((table) => onRows([table])),
  fc.oneof(onRows(["item"]), insert),
  fc.oneof(onRows(["parent", "child"]), insert),
  fc.oneof({ weight: 2, arbitrary: advisory }, { weight: 1, arbitrary: onRows(["account"]) }),
  fc.oneof({ weight: 1, arbitrary: lockTable("item") }, { weight: 2, arbitrary: onRows(["item"]) }),
];

/** What may come up in every case. */
const anything: fc.Arbitrary<Op> = fc.oneof(
  onRows(["item", "parent", "account", "child"]),
  insert,
  savepoint,
  savepoint,
  sequence,
  advisory,
  lockTable("parent"),
  lockTimeout,
  lockTimeout,
  lockTimeout,
);

function block(op: fc.Arbitrary<Op>): fc.Arbitrary<Block> {
  const inTransaction = fc.record({
    mode: fc.constantFrom("read committed" as const, "read committed" as const, "repeatable read" as const),
    ops: fc.array(op, { minLength: 1, maxLength: MAX_OPS }),
    end: fc.constantFrom("commit" as const, "commit" as const, "commit" as const, "rollback" as const),
  });
  const single = fc.record({
    mode: fc.constant("single" as const),
    ops: fc.array(op, { minLength: 1, maxLength: 2 }),
    end: fc.constant("commit" as const),
  });
  return fc.oneof({ weight: 5, arbitrary: inTransaction }, { weight: 1, arbitrary: single });
}

function script(op: fc.Arbitrary<Op>): fc.Arbitrary<Script> {
  const blocks = (length: number) => fc.array(block(op), { minLength: length, maxLength: length });
  return fc.oneof({ weight: 3, arbitrary: blocks(1) }, { weight: 1, arbitrary: blocks(MAX_BLOCKS) });
}

function caseAbout(theme: fc.Arbitrary<Op>): fc.Arbitrary<Case> {
  const op = fc.oneof({ weight: 4, arbitrary: theme }, { weight: 1, arbitrary: anything });
  return fc.record({
    sessions: fc.array(script(op), { minLength: 2, maxLength: MAX_SESSIONS }),
    schedule: fc.array(fc.integer({ min: 0, max: MAX_SESSIONS - 1 }), {
      minLength: 4,
      maxLength: MAX_SCHEDULE,
    }),
  });
}

/** Draws a case of two to four sessions. */
export const caseArbitrary: fc.Arbitrary<Case> = fc.oneof(...themes.map(caseAbout));
