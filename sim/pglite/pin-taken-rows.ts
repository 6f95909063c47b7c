/**
 * Which row versions a SKIP LOCKED statement took, and the statement narrowed to them for its re-run.
 */
import type { Statement } from "../engine/port.ts";
import type { Backend } from "./backend.ts";
import type { BufferPool } from "./buffer-pool.ts";
import { versionsHeldBy } from "./heap-rows.ts";
import { pinSkipLocked, type SkipLockedTable } from "./skip-locked.ts";
import type { UserRelation } from "./user-relations.ts";
import { readReply } from "./wire.ts";

interface Parts {
  readonly backend: Backend;
  readonly pool: BufferPool;
  readonly relations: readonly UserRelation[];
}

/**
 * The re-run of `statement`, which has just run in the open transaction on the track; undefined without SKIP LOCKED.
 * Transaction ids from the transaction's own onwards are its own: nobody else ran since it came onto the track.
 */
export function pinTakenRows(
  statement: Statement,
  tables: readonly SkipLockedTable[],
  parts: Parts,
): { readonly text: string; readonly values: readonly unknown[] } | undefined {
  if (tables.length === 0) return undefined;
  const { backend, pool, relations } = parts;
  const first = backend.currentXid();
  const isOwn = (xid: number): boolean => first !== 0 && xid >= first && xid < backend.nextXid();
  const isOwnMulti = (multixact: number): boolean => multixactMembers(backend, multixact).some(isOwn);
  const taken = tables.map(({ schema, table }) => {
    const relation = relations.find(
      (known) => known.name === table && (schema ?? known.schema) === known.schema,
    );
    const versions = relation ? versionsHeldBy(pool, relation, isOwn, isOwnMulti) : [];
    return `{${versions.map((version) => `"${version}"`).join(",")}}`;
  });
  const values = statement.values ?? [];
  return { text: pinSkipLocked(statement.text, tables, values.length), values: [...values, ...taken] };
}

function multixactMembers(backend: Backend, multixact: number): number[] {
  const surroundings = { nowUs: backend.clock.nowUs, entropySeed: 0, statics: backend.statics() };
  const text = "select xid::text from pg_get_multixact_members($1::text::xid)";
  return readReply(backend.execute(text, [String(multixact)], surroundings).reply).rows.map(([xid]) =>
    Number(xid),
  );
}
