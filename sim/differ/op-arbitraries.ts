/**
 * Draws the statements of differential cases, by kind.
 */
import fc from "fast-check";
import type { Change, OnConflict, Op, RowLock, Strength, Table, TableMode, Where } from "./workload.ts";

/** Keys of rows that are there; half of all statements on one row are on the first. */
const key = fc.constantFrom(1, 1, 1, 2, 2, 3);
const anyKey = fc.integer({ min: 1, max: 6 });
const value = fc.integer({ min: 0, max: 4 });
const mostlyNot = fc.constantFrom(false, false, false, true);

const where: fc.Arbitrary<Where | null> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ by: fc.constant("id" as const), is: key }) },
  { weight: 1, arbitrary: fc.record({ by: fc.constant("v" as const), is: value }) },
  { weight: 1, arbitrary: fc.record({ by: fc.constant("v below" as const), is: value }) },
  { weight: 2, arbitrary: fc.constant(null) },
);

const rowLock: fc.Arbitrary<RowLock> = fc.record({
  strength: fc.constantFrom<Strength>("update", "no key update", "share", "key share"),
  onLocked: fc.constantFrom(
    "wait" as const,
    "wait" as const,
    "wait" as const,
    "nowait" as const,
    "skip locked" as const,
  ),
});

/** Reads with and without locks, updates and deletes on one of `tables`. */
export function onRows(tables: readonly Table[]): fc.Arbitrary<Op> {
  const table = fc.constantFrom(...tables);
  const read: fc.Arbitrary<Op> = fc.record({
    kind: fc.constant("read" as const),
    table,
    where,
    order: fc.constantFrom("id" as const, "v" as const, null),
    limit: fc.constantFrom(null, 1, 2),
    lock: fc.option(rowLock, { freq: 5, nil: null }),
  });
  const join: fc.Arbitrary<Op> = fc.record({ kind: fc.constant("join" as const), where, lock: rowLock });
  const remove: fc.Arbitrary<Op> = fc.record({ kind: fc.constant("delete" as const), table, where });
  const withItems = tables.includes("item") ? [{ weight: 1, arbitrary: join }] : [];
  return fc.oneof(
    { weight: 4, arbitrary: read },
    { weight: 5, arbitrary: update(table, tables) },
    { weight: 1, arbitrary: remove },
    ...withItems,
  );
}

function update(table: fc.Arbitrary<Table>, tables: readonly Table[]): fc.Arbitrary<Op> {
  const kind = fc.constant("update" as const);
  const ofValue: fc.Arbitrary<Change> = fc.record({
    set: fc.constantFrom("add" as const, "v" as const),
    to: value,
  });
  const ofKey: fc.Arbitrary<Change> = fc.record({ set: fc.constant("id" as const), to: anyKey });
  const ofReference: fc.Arbitrary<Change> = fc.record({
    set: fc.constantFrom("code" as const, "parent_id" as const),
    to: anyKey,
  });
  const onItem = fc.record({ kind, table: fc.constant("item" as const), where, change: ofReference });
  return fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind, table, where, change: ofValue }) },
    { weight: 1, arbitrary: fc.record({ kind, table, where, change: ofKey }) },
    ...(tables.includes("item") ? [{ weight: 2, arbitrary: onItem }] : []),
  );
}

const conflict: fc.Arbitrary<OnConflict> = fc.oneof(
  fc.constant({ do: "fail" as const }),
  fc.record({
    do: fc.constant("nothing" as const),
    on: fc.constantFrom("any" as const, "id" as const, "code" as const),
  }),
  fc.record({
    do: fc.constant("update" as const),
    on: fc.constantFrom("id" as const, "code" as const),
    onlyBelow: fc.constantFrom(null, 2),
  }),
);

const parentConflict = fc.constantFrom<OnConflict>(
  { do: "fail" },
  { do: "nothing", on: "id" },
  { do: "update", on: "id", onlyBelow: null },
);

/** Inserts into tables with unique and foreign keys. */
export const insert: fc.Arbitrary<Op> = fc.oneof(
  fc.record({
    kind: fc.constant("insert item" as const),
    id: fc.integer({ min: 4, max: 6 }),
    code: fc.integer({ min: 4, max: 6 }),
    v: fc.integer({ min: -1, max: 4 }),
    parent: fc.constantFrom(null, 1, 3, 4),
    conflict,
  }),
  fc.record({
    kind: fc.constant("insert child" as const),
    parent: fc.constantFrom(1, 1, 3, 4),
    rows: fc.integer({ min: 1, max: 2 }),
  }),
  fc.record({
    kind: fc.constant("insert parent" as const),
    id: fc.integer({ min: 3, max: 4 }),
    conflict: parentConflict,
  }),
);

/** Savepoints; those that there is nothing to go back to fail. */
export const savepoint: fc.Arbitrary<Op> = fc.constantFrom<Op>(
  { kind: "savepoint" },
  { kind: "savepoint" },
  { kind: "rollback to" },
  { kind: "rollback to" },
  { kind: "release" },
);

/** Uses of the sequence. */
export const sequence: fc.Arbitrary<Op> = fc.constantFrom<Op>({ kind: "nextval" }, { kind: "currval" });

const advisoryKey = fc.constantFrom(1, 1, 2);

/** Advisory locks that end with the transaction, and those that do not. */
export const advisory: fc.Arbitrary<Op> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("advisory" as const),
      scope: fc.constantFrom("transaction" as const, "session" as const),
      shared: mostlyNot,
      try: mostlyNot,
      key: advisoryKey,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("advisory unlock" as const),
      shared: mostlyNot,
      key: advisoryKey,
    }),
  },
);

/** Locks of a whole table, in every mode. */
export function lockTable(table: Table): fc.Arbitrary<Op> {
  return fc.record({
    kind: fc.constant("lock table" as const),
    table: fc.constant(table),
    mode: fc.constantFrom<TableMode>(
      "access share",
      "row share",
      "row exclusive",
      "share update exclusive",
      "share",
      "share row exclusive",
      "exclusive",
      "access exclusive",
    ),
    nowait: mostlyNot,
  });
}

/** lock_timeout, for the session or the transaction; 0 is none. */
export const lockTimeout: fc.Arbitrary<Op> = fc.record({
  kind: fc.constant("lock timeout" as const),
  ms: fc.constantFrom(10, 50, 0),
  local: fc.boolean(),
});
