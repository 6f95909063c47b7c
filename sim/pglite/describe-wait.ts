/**
 * A lock wait in words: which lock, on which relation and row, as Postgres itself names them.
 */
import type { LockDescription } from "../engine/port.ts";
import { ROW_WAIT } from "./build-facts.ts";
import type { SharedMemory } from "./machine/shared-memory.ts";
import { LOCK_MODE_NAMES, LOCK_TAG, type LockWait } from "./lock-wait.ts";
import type { Server } from "./server.ts";

/** Describes what the backend in place waits for; `wait` is undefined where that is not a lock. */
export function describeWait(server: Server, wait: LockWait | undefined): LockDescription {
  if (!wait) return { kind: "other", mode: "SafeSnapshot" };
  const mode = LOCK_MODE_NAMES[wait.mode] ?? String(wait.mode);
  switch (wait.tagType) {
    case LOCK_TAG.transaction: {
      const row = rowOfWait(server);
      return row ? { kind: "row", mode, ...row } : { kind: "transaction", mode };
    }
    case LOCK_TAG.relation:
      return { kind: "relation", mode, relation: relationName(server, wait.tag[1]) };
    case LOCK_TAG.tuple:
      return {
        kind: "tuple",
        mode,
        relation: relationName(server, wait.tag[1]),
        row: `tuple (${wait.tag[2]},${wait.tag[3]})`,
      };
    case LOCK_TAG.advisory:
      return { kind: "advisory", mode, row: `key ${advisoryKey(wait.tag)}` };
    default:
      return { kind: "other", mode };
  }
}

/**
 * The row because of which the backend in place waits for a transaction, as its error context would have it: "while
 * updating tuple (0,1) in relation ...".
 */
function rowOfWait(server: Server): { readonly relation: string; readonly row: string } | undefined {
  const { memory } = server;
  const context = memory.u32(server.addressOf("error_context_stack"));
  if (context === 0 || memory.u32(context + ROW_WAIT.stackCallback) !== ROW_WAIT.callback) return undefined;
  const noted = memory.u32(context + ROW_WAIT.stackArgument);
  const form = memory.u32(memory.u32(noted + ROW_WAIT.relation) + ROW_WAIT.relationForm);
  const relation = memory.cString(form + ROW_WAIT.formName);
  return { relation, row: `tuple ${rowId(memory, memory.u32(noted + ROW_WAIT.rowId))}` };
}

/** An ItemPointerData: two halves of the block number, and the offset. */
function rowId(memory: SharedMemory, address: number): string {
  const block = memory.u16(address) * 0x1_0000 + memory.u16(address + 2);
  return `(${block},${memory.u16(address + 4)})`;
}

/** An advisory lock's tag: database, two halves of the key, and 1 for one bigint or 2 for two integers. */
const ONE_KEY = 1;

function advisoryKey(tag: LockWait["tag"]): string {
  const [, high, low, form] = tag;
  if (form === ONE_KEY) return String(BigInt.asIntN(64, (BigInt(high) << 32n) | BigInt(low)));
  return `${high | 0}, ${low | 0}`;
}

/** The name of a relation; of one that nobody else sees yet, its number. */
function relationName(server: Server, oid: number): string {
  return server.lookup("select relname from pg_class where oid = $1", [oid])?.[0] ?? `relation ${oid}`;
}
