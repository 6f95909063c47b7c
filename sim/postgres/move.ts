/**
 * Tells what a move brought about, from the statements that finished during it and those that still wait.
 */
import type { Move, Outcome, Settled, Wait } from "../engine/port.ts";
import { deadlockDetected, deadlockEdges, namingSessions } from "./deadlocks.ts";
import type { WaitingSession } from "./deadlocks.ts";
import type { Flight } from "./flights.ts";
import { timeoutError } from "./timeouts.ts";

/**
 * `before`: who waited for what when `mover` moved. `landed`: statements that finished, in order. `inAir`: statements that
 * wait now. `said`: what reached sessions beside results. Throws what a failed connection threw.
 */
export function toMove(
  mover: string,
  before: ReadonlyMap<string, Wait>,
  landed: readonly Flight[],
  inAir: readonly Flight[],
  said: Pick<Move, "notices" | "notifications">,
): Move {
  const known = [...landed, ...inAir].map(toWaitingSession);
  const deadlocks: Move["deadlocks"][number][] = [];
  const commits: string[] = [];
  const settled: Settled[] = [];
  let outcome: Outcome = ended;
  for (const flight of landed) {
    const end = outcomeOf(flight, known, deadlocks);
    if (flight.finished?.committed === true) commits.push(flight.session);
    if (flight.session === mover) outcome = end;
    else settled.push({ session: flight.session, wokenBy: wokenBy(flight, mover, settled), outcome: end });
  }
  for (const flight of inAir) {
    if (flight.wait === undefined) continue;
    const waiting: Outcome = { kind: "waiting", wait: flight.wait };
    if (flight.session === mover) outcome = waiting;
    else if (!sameSessions(before.get(flight.session), flight.wait)) {
      settled.push({ session: flight.session, wokenBy: mover, outcome: waiting });
    }
  }
  return { outcome, settled, deadlocks, commits, ...said };
}

/** The outcome of a move without a statement: the end of a session. */
const ended: Outcome = {
  kind: "done",
  result: { command: "DISCONNECT", rowCount: null, fields: [], rows: [] },
};

function outcomeOf(
  flight: Flight,
  known: readonly WaitingSession[],
  deadlocks: Move["deadlocks"][number][],
): Outcome {
  const { finished } = flight;
  if (finished === undefined) throw flight.fault;
  if (finished.kind === "done") return { kind: "done", result: finished.result };
  if (flight.timedOut !== undefined) {
    return { kind: "failed", error: timeoutError(finished.error, flight.timedOut) };
  }
  if (finished.error.code !== deadlockDetected) return { kind: "failed", error: finished.error };
  const edges = deadlockEdges(finished.error, known);
  deadlocks.push({ victim: flight.session, edges });
  return { kind: "failed", error: namingSessions(finished.error, edges) };
}

/**
 * The last session that this one waited for and that ended a statement in this move. A timeout that the server kept in
 * real time is the session's own doing.
 */
function wokenBy(flight: Flight, mover: string, settled: readonly Settled[]): string {
  const { finished } = flight;
  if (finished?.kind === "failed" && / due to (lock|statement) timeout$/.test(finished.error.message)) {
    return flight.session;
  }
  const blockers = flight.wait?.for ?? [];
  if (blockers.includes(mover)) return mover;
  return settled.findLast(({ session }) => blockers.includes(session))?.session ?? mover;
}

function sameSessions(a: Wait | undefined, b: Wait): boolean {
  return (
    a !== undefined && a.for.length === b.for.length && a.for.every((session) => b.for.includes(session))
  );
}

function toWaitingSession({ session, pid, statement, wait }: Flight): WaitingSession {
  return { name: session, pid, statement: statement.text, wait };
}
