/**
 * A lock wait in words: which lock, on which relation and row, as Postgres itself names them.
 */
import type { LockDescription } from "../engine/port.ts";
import { LOCK_MODE_NAMES, LOCK_TAG, type LockWait } from "./lock-wait.ts";
import type { UserRelation } from "./user-relations.ts";

/**
 * Describes `wait`. For a row, Postgres waits for the transaction that holds it; the error context of the cancelled
 * statement tells the row.
 * @param where the error's context, e.g. `while updating tuple (0,1) in relation "t"`
 */
export function describeWait(
  wait: LockWait,
  where: string | undefined,
  relations: readonly UserRelation[],
): LockDescription {
  const mode = LOCK_MODE_NAMES[wait.mode] ?? String(wait.mode);
  switch (wait.tagType) {
    case LOCK_TAG.transaction: {
      const place = where === undefined ? null : ROW_CONTEXT.exec(where);
      if (!place) return { kind: "transaction", mode };
      return { kind: "row", mode, relation: place[2], row: `tuple ${place[1]}` };
    }
    case LOCK_TAG.relation:
      return { kind: "relation", mode, relation: relationName(relations, wait.tag[1]) };
    case LOCK_TAG.tuple:
      return {
        kind: "tuple",
        mode,
        relation: relationName(relations, wait.tag[1]),
        row: `tuple (${wait.tag[2]},${wait.tag[3]})`,
      };
    case LOCK_TAG.advisory:
      return { kind: "advisory", mode, row: `key ${advisoryKey(wait.tag)}` };
    default:
      return { kind: "other", mode };
  }
}

/** e.g. `while locking tuple (0,1) in relation "t"`, `while inserting index tuple (0,1) in relation "t_pkey"`. */
const ROW_CONTEXT = /tuple (\(\d+,\d+\)) in relation "([^"]+)"/;

/** An advisory lock's tag: database, two halves of the key, and 1 for one bigint or 2 for two integers. */
const ONE_KEY = 1;

function advisoryKey(tag: LockWait["tag"]): string {
  const [, high, low, form] = tag;
  if (form === ONE_KEY) return String(BigInt.asIntN(64, (BigInt(high) << 32n) | BigInt(low)));
  return `${high | 0}, ${low | 0}`;
}

function relationName(relations: readonly UserRelation[], oid: number): string {
  return relations.find((relation) => relation.oid === oid)?.name ?? `relation ${oid}`;
}
