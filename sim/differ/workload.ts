/**
 * A differential case: what a few sessions do to the tables of schema.ts, and in which order they go. Plain data, so that a
 * token can carry it, and both engines run the very same.
 */

/** Tables with columns id and v; "item" has also code (unique), grp and parent_id, "child" parent_id. */
export type Table = "parent" | "child" | "item" | "account";

/** Which rows; without one of these, all. */
export type Where =
  | { readonly by: "id"; readonly is: number }
  | { readonly by: "v"; readonly is: number }
  | { readonly by: "v below"; readonly is: number };

/** Strength of a row lock, as SQL writes it after FOR. */
export type Strength = "update" | "no key update" | "share" | "key share";

/** What a locking clause does where it would have to wait. */
export type OnLocked = "wait" | "nowait" | "skip locked";

/** A locking clause. */
export interface RowLock {
  readonly strength: Strength;
  readonly onLocked: OnLocked;
}

/** Modes of LOCK TABLE. */
export type TableMode =
  | "access share"
  | "row share"
  | "row exclusive"
  | "share update exclusive"
  | "share"
  | "share row exclusive"
  | "exclusive"
  | "access exclusive";

/** What an insert does about a row that is there already: nothing said, or an ON CONFLICT clause for a unique column. */
export type OnConflict =
  | { readonly do: "fail" }
  | { readonly do: "nothing"; readonly on: "any" | "id" | "code" }
  | { readonly do: "update"; readonly on: "id" | "code"; readonly onlyBelow: number | null };

/** What an update does to the rows it finds. "id" moves the key, "code" the second unique column. */
export type Change =
  | { readonly set: "add"; readonly to: number }
  | { readonly set: "v"; readonly to: number }
  | { readonly set: "id"; readonly to: number }
  | { readonly set: "code"; readonly to: number }
  | { readonly set: "parent_id"; readonly to: number };

/** One statement of a session. */
export type Op =
  | {
      readonly kind: "read";
      readonly table: Table;
      readonly where: Where | null;
      /** Rows come in this order; without it, as Postgres finds them. */
      readonly order: "id" | "v" | null;
      readonly limit: number | null;
      readonly lock: RowLock | null;
    }
  /** Items with their parents; locks the items only. */
  | { readonly kind: "join"; readonly where: Where | null; readonly lock: RowLock }
  | {
      readonly kind: "insert item";
      readonly id: number;
      readonly code: number;
      readonly v: number;
      readonly parent: number | null;
      readonly conflict: OnConflict;
    }
  /** The id comes from a sequence. */
  | { readonly kind: "insert child"; readonly parent: number; readonly rows: number }
  | {
      readonly kind: "insert parent";
      readonly id: number;
      readonly conflict: OnConflict;
    }
  | { readonly kind: "update"; readonly table: Table; readonly where: Where | null; readonly change: Change }
  | { readonly kind: "delete"; readonly table: Table; readonly where: Where | null }
  | { readonly kind: "savepoint" }
  | { readonly kind: "rollback to" }
  | { readonly kind: "release" }
  | { readonly kind: "nextval" }
  | { readonly kind: "currval" }
  | {
      readonly kind: "advisory";
      readonly scope: "transaction" | "session";
      readonly shared: boolean;
      /** pg_try_...: answers false in place of waiting. */
      readonly try: boolean;
      readonly key: number;
    }
  | { readonly kind: "advisory unlock"; readonly shared: boolean; readonly key: number }
  | { readonly kind: "lock table"; readonly table: Table; readonly mode: TableMode; readonly nowait: boolean }
  | { readonly kind: "lock timeout"; readonly ms: number; readonly local: boolean };

/** How statements are grouped: each by itself, or in a transaction block. */
export type Mode = "single" | "read committed" | "repeatable read";

/** Statements that belong together. After an error the block goes on at its next "rollback to", or ends. */
export interface Block {
  readonly mode: Mode;
  readonly ops: readonly Op[];
  readonly end: "commit" | "rollback";
}

/** What one session does. */
export type Script = readonly Block[];

/** A whole case. */
export interface Case {
  /** Two to four sessions; they are called s1, s2 and so on. */
  readonly sessions: readonly Script[];
  /**
   * Who goes on, step by step: a number, modulo how many sessions can, counted from the one that went last. Beyond the end,
   * 0: the same session goes on.
   */
  readonly schedule: readonly number[];
}

/** The name of the session with this index. */
export function sessionName(index: number): string {
  return `s${index + 1}`;
}
