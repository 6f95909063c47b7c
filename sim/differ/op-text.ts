/**
 * The SQL of a differential case's statements.
 *
 * Both engines must be free to plan as they like (they keep different statistics), so no statement's meaning may depend on its
 * plan: statements on many rows have conditions without an index, and joins have an order.
 */
import type { Block, Change, OnConflict, Op, RowLock, Where } from "./workload.ts";

/** How a transaction block begins. */
export function beginText({ mode }: Block): string {
  return `begin isolation level ${mode}`;
}

/** The statement of `op`. */
export function opText(op: Op): string {
  switch (op.kind) {
    case "read":
      return words(
        `select * from ${op.table}`,
        whereText(op.where),
        op.order === null ? "" : `order by ${op.order === "v" ? "v desc, id" : "id"}`,
        op.limit === null ? "" : `limit ${op.limit}`,
        op.lock === null ? "" : lockText(op.lock),
      );
    case "join":
      return words(
        "select item.id, item.v, parent.v as parent_v from item join parent on parent.id = item.parent_id",
        whereText(op.where, "item."),
        "order by item.id",
        lockText(op.lock, "item"),
      );
    case "insert item":
      return words(
        `insert into item values (${op.id}, ${op.v}, ${op.code}, ${op.parent ?? "null"})`,
        conflictText("item", op.conflict),
        "returning *",
      );
    case "insert parent":
      return words(
        `insert into parent values (${op.id}, 0)`,
        conflictText("parent", op.conflict),
        "returning *",
      );
    case "insert child": {
      const rows = Array.from({ length: op.rows }, (_, row) => `(${row}, ${op.parent})`);
      return `insert into child (v, parent_id) values ${rows.join(", ")} returning *`;
    }
    case "update":
      return words(`update ${op.table} set ${changeText(op.change)}`, whereText(op.where), "returning id, v");
    case "delete":
      return words(`delete from ${op.table}`, whereText(op.where), "returning id, v");
    case "savepoint":
      return "savepoint p";
    case "rollback to":
      return "rollback to p";
    case "release":
      return "release p";
    case "nextval":
      return "select nextval('child_id')";
    case "currval":
      return "select currval('child_id')";
    case "advisory": {
      const scope = op.scope === "transaction" ? "_xact" : "";
      return `select pg_${op.try ? "try_" : ""}advisory${scope}_lock${op.shared ? "_shared" : ""}(${op.key})`;
    }
    case "advisory unlock":
      return `select pg_advisory_unlock${op.shared ? "_shared" : ""}(${op.key})`;
    case "lock table":
      return words(`lock table ${op.table} in ${op.mode} mode`, op.nowait ? "nowait" : "");
    case "lock timeout":
      return `set ${op.local ? "local " : ""}lock_timeout = ${op.ms}`;
  }
}

function whereText(where: Where | null, prefix: string = ""): string {
  if (where === null) return "";
  return where.by === "v below"
    ? `where ${prefix}v < ${where.is}`
    : `where ${prefix}${where.by} = ${where.is}`;
}

function lockText({ strength, onLocked }: RowLock, of?: string): string {
  return words(`for ${strength}`, of === undefined ? "" : `of ${of}`, onLocked === "wait" ? "" : onLocked);
}

function conflictText(table: string, conflict: OnConflict): string {
  switch (conflict.do) {
    case "fail":
      return "";
    case "nothing":
      return words("on conflict", conflict.on === "any" ? "" : `(${conflict.on})`, "do nothing");
    case "update":
      return words(
        `on conflict (${conflict.on}) do update set v = ${table}.v + excluded.v + 1`,
        conflict.onlyBelow === null ? "" : `where ${table}.v < ${conflict.onlyBelow}`,
      );
  }
}

function changeText({ set, to }: Change): string {
  return set === "add" ? `v = v + ${to}` : `${set} = ${to}`;
}

function words(...parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join(" ");
}
