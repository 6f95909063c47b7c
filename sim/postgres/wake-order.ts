/**
 * In which order statements that ended in one move ended on the server.
 *
 * The order in which their results arrive does not tell: a backend that releases a lock is often preempted by the one
 * that it wakes, and sends its own result later. What tells is the time of the commit, which a server with
 * track_commit_timestamp keeps and which Postgres takes before it releases the transaction's locks; and, where there is
 * none, that a statement ends after those that it waited for, and a waiter after the statement that never waited: that
 * one set the others going.
 */
import type { Connection } from "./connection.ts";
import { deadlockDetected } from "./deadlocks.ts";
import type { Flight } from "./flights.ts";

/** The flights in the order in which they ended; without any evidence, in the order given. */
export async function inWakeOrder(
  control: Connection,
  landed: readonly Flight[],
): Promise<readonly Flight[]> {
  const commitTimes = await readCommitTimes(control, landed);
  const precedes = (first: Flight, second: Flight): boolean => {
    const firstTime = commitTimes.get(first);
    const secondTime = commitTimes.get(second);
    if (firstTime !== undefined && secondTime !== undefined) return firstTime < secondTime;
    if (first.wait === undefined) return second.wait !== undefined;
    return waitedFor(second).includes(first.session);
  };
  const ordered = new Set<Flight>();
  const visited = new Set<Flight>();
  const visit = (flight: Flight) => {
    if (visited.has(flight)) return;
    visited.add(flight);
    for (const other of landed) if (precedes(other, flight)) visit(other);
    ordered.add(flight);
  };
  for (const flight of landed) visit(flight);
  return [...ordered];
}

/** Whether its statement was the victim of a deadlock. */
export function isVictim({ finished }: Flight): boolean {
  return finished?.kind === "failed" && finished.error.code === deadlockDetected;
}

/** The victim of a deadlock did not live to see the end of its wait. */
function waitedFor(flight: Flight): readonly string[] {
  return isVictim(flight) ? [] : (flight.wait?.for ?? []);
}

/** When each flight committed, in microseconds since 1970; of those that did not, or on a server that does not tell, nothing. */
async function readCommitTimes(
  control: Connection,
  landed: readonly Flight[],
): Promise<ReadonlyMap<Flight, number>> {
  const committed = landed.filter(({ finished, xid }) => finished?.committed === true && xid !== undefined);
  if (committed.length < 2) return new Map();
  const rows = await control.rows<{ us: number | null }>({
    name: "commit times",
    text: commitTimesSql,
    values: [committed.map(({ xid }) => xid)],
  });
  return new Map(
    committed.flatMap((flight, i) => {
      const us = rows[i]?.us ?? undefined;
      return us === undefined ? [] : [[flight, us]];
    }),
  );
}

const commitTimesSql = `
select case when current_setting('track_commit_timestamp') = 'on'
       then (extract(epoch from pg_xact_commit_timestamp(text::xid)) * 1000000)::float8 end as us
from unnest($1::text[]) with ordinality as ended (text, position)
order by position`;
