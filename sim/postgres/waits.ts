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
}

/** The waits of these backends; a backend that runs (or is idle) is left out. */
export async function readWaits(
  control: Connection,
  pids: readonly number[],
): Promise<readonly BackendWait[]> {
  const rows = await control.rows<WaitRow>({ name: "waits", text: waitsSql, values: [pids] });
  return rows
    .filter((row) => row.blockers.length > 0)
    .map((row) => ({ pid: row.pid, blockers: [...new Set(row.blockers)], lock: describe(row) }));
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
}

// A waiter for a row first takes the row's tuple lock and then waits for the transaction that wrote the row, so the
// tuple lock that it holds names the row. A backend with blockers but without a lock of its own that is not granted
// waits for a safe snapshot or through a parallel worker.
const waitsSql = `
with waiting as materialized (
  select backend.pid, lock.locktype, lock.mode, lock.relation, lock.page, lock.tuple
  from unnest($1::int[]) with ordinality as backend (pid, position)
  left join pg_locks as lock on lock.pid = backend.pid and not lock.granted
  order by backend.position
)
select waiting.pid,
       case when waiting.locktype is not null then pg_blocking_pids(waiting.pid)
            else pg_safe_snapshot_blocking_pids(waiting.pid) end as blockers,
       waiting.locktype, waiting.mode,
       (select relname from pg_class where oid = waiting.relation) as relation,
       format('tuple (%s,%s)', waiting.page, waiting.tuple) as row,
       (select relname from pg_class where oid = held.relation) as held_relation,
       format('tuple (%s,%s)', held.page, held.tuple) as held_row
from waiting
left join lateral (
  select relation, page, tuple from pg_locks
  where waiting.locktype = 'transactionid' and pid = waiting.pid and granted and locktype = 'tuple'
  limit 1
) as held on true`;

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
