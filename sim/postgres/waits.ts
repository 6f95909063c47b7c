/**
 * Who waits for whom, as the server tells it.
 *
 * pg_locks copies the whole lock table under all of its partition locks, so one scan is one instant. If in that instant
 * every session with an unfinished statement waits, nobody is left who could wake one of them, and what the scan shows
 * stays true until the next move (a deadlock that the server is about to break, and a timeout of its own, excepted).
 */
import type { LockDescription } from "../engine/port.ts";
import type { Connection } from "./connection.ts";

/** One backend that waits, with those that it waits for. */
export interface BackendWait {
  readonly pid: number;
  /** Without duplicates; 0 stands for a prepared transaction. */
  readonly blockers: readonly number[];
  readonly lock: LockDescription;
  /** Number of its transaction, if it has one already. */
  readonly xid: string | undefined;
}

/** The waits of these backends; a backend that runs (or is idle) is left out. */
export async function readWaits(
  control: Connection,
  pids: readonly number[],
): Promise<readonly BackendWait[]> {
  const rows = await control.rows<WaitRow>({ name: "waits", text: waitsSql, values: [pids] });
  return rows
    .filter((row) => row.blockers.length > 0)
    .map((row) => ({
      pid: row.pid,
      blockers: [...new Set(row.blockers)],
      lock: describe(row),
      xid: row.xid ?? undefined,
    }));
}

interface WaitRow {
  readonly pid: number;
  readonly blockers: readonly number[];
  readonly locktype: string | null;
  readonly mode: string | null;
  readonly relation: string | null;
  readonly row: string | null;
  readonly held_relation: string | null;
  readonly held_row: string | null;
  readonly xid: string | null;
}

// A waiter for a row first takes the row's tuple lock and then waits for the transaction that wrote the row, so the
// tuple lock that it holds names the row. A backend with blockers but without a lock of its own that is not granted
// waits for a safe snapshot. The first of a backend's transaction numbers is that of the top level.
const waitsSql = `
with locks as materialized (
  select pid, granted, locktype, mode, relation, page, tuple, transactionid from pg_locks where pid = any ($1::int[])
)
select backend.pid,
       case when lock.pid is not null then pg_blocking_pids(backend.pid)
            else pg_safe_snapshot_blocking_pids(backend.pid) end as blockers,
       lock.locktype, lock.mode,
       (select relname from pg_class where oid = lock.relation) as relation,
       format('tuple (%s,%s)', lock.page, lock.tuple) as row,
       (select relname from pg_class where oid = held.relation) as held_relation,
       format('tuple (%s,%s)', held.page, held.tuple) as held_row,
       (select min(own.transactionid::text::bigint)::text from locks as own
        where own.pid = backend.pid and own.granted and own.locktype = 'transactionid') as xid
from unnest($1::int[]) as backend (pid)
left join locks as lock on lock.pid = backend.pid and not lock.granted
left join locks as held on held.pid = backend.pid and held.granted and held.locktype = 'tuple'
  and lock.locktype = 'transactionid'`;

function describe(row: WaitRow): LockDescription {
  const mode = row.mode ?? "SafeSnapshot";
  switch (row.locktype) {
    case "transactionid":
      if (row.held_relation === null) return { kind: "transaction", mode };
      return { kind: "row", mode, relation: row.held_relation, row: row.held_row ?? undefined };
    case "tuple":
      return { kind: "tuple", mode, relation: row.relation ?? undefined, row: row.row ?? undefined };
    case "advisory":
      return { kind: "advisory", mode };
    case "relation":
      return { kind: "relation", mode, relation: row.relation ?? undefined };
    default:
      return { kind: "other", mode, relation: row.relation ?? undefined };
  }
}
