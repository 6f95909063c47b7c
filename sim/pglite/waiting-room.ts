/**
 * Statements that wait: who waits for whom, who is woken when a holder ends, and which cycles are broken.
 *
 * A waiting statement was cancelled at the moment in which Postgres would have slept; its transaction stands as before it.
 * When a holder ends, the statement runs again under the snapshot that it first had: Postgres itself then follows the
 * row to its newest version and checks again (READ COMMITTED), or raises 40001 (REPEATABLE READ).
 */
import { cycleThrough } from "../engine/wait-graph.ts";
import type { DeadlockEdge, Outcome, RunStart, Statement, Wait } from "../engine/port.ts";
import { SwitchyardError } from "../switchyard-error.ts";
import type { Backend, Execution, Surroundings } from "./backend.ts";
import { describeWait } from "./describe-wait.ts";
import { mustQueueBehind } from "./lock-queue.ts";
import { LOCK_TAG, type LockWait } from "./lock-wait.ts";
import type { MoveRecord } from "./move-record.ts";
import { deadlockDetected } from "./postgres-errors.ts";
import type { Track } from "./track.ts";
import type { TransactionSnapshot } from "./transaction-snapshot.ts";
import type { UserRelation } from "./user-relations.ts";
import { readReply } from "./wire.ts";
import type { WaitingStatement, YardSession } from "./yard-session.ts";

/** What the room needs of the runner. */
export interface WaitingRoomParts {
  readonly start: RunStart;
  readonly backend: Backend;
  readonly track: Track;
  readonly relations: readonly UserRelation[];
  readonly sessions: () => Iterable<YardSession>;
  readonly now: () => number;
  readonly retry: (session: YardSession, waiting: WaitingStatement, move: MoveRecord) => Promise<Outcome>;
  readonly failTransaction: (session: YardSession, move: MoveRecord) => void;
}

/** A statement that was cancelled because it has to wait. */
export interface Blocked {
  readonly statement: Statement;
  readonly surroundings: Surroundings;
  /** Set where the statement had waited before. */
  readonly waited: WaitingStatement | undefined;
  readonly execution: Execution;
  readonly wait: NonNullable<Execution["wait"]>;
  /** Sessions behind whose requests it has to queue, where nobody holds what it asks for. */
  readonly behind?: readonly YardSession[] | undefined;
}

/** XactIsoLevel of READ COMMITTED. */
const READ_COMMITTED = 1;

/** The waiting statements of one run, in the order in which they began to wait. */
export class WaitingRoom {
  readonly #parts: WaitingRoomParts;
  /** Waiting sessions, first come, first served. */
  readonly #queue: YardSession[] = [];

  constructor(parts: WaitingRoomParts) {
    this.#parts = parts;
  }

  /** The sessions that began to wait before `session`: all that wait, if it does not. */
  ahead(session: YardSession): readonly YardSession[] {
    const at = this.#queue.indexOf(session);
    return at < 0 ? this.#queue : this.#queue.slice(0, at);
  }

  /** Lets a cancelled statement wait, unless its session is the victim of the deadlock that it closes. */
  enter(session: YardSession, blocked: Blocked, move: MoveRecord): Outcome {
    const { track } = this.#parts;
    const snapshot = this.#snapshotForRetry(blocked);
    const wait = this.#describe(session, blocked);
    const waiting: WaitingStatement = {
      statement: blocked.statement,
      surroundings: blocked.surroundings,
      snapshot,
      waitedAt: blocked.wait.progress,
      wait,
      request: isQueued(blocked.wait) ? blocked.wait : undefined,
      timeout: this.#timeout(blocked),
    };
    session.waiting = waiting;
    if (!this.#queue.includes(session)) this.#queue.push(session);
    let cancelled = true;
    for (let cycle = this.#cycle(session); cycle; cycle = this.#cycle(session)) {
      const edges = this.#edges(cycle);
      const victim = this.#chooseVictim(cycle);
      const error = deadlockDetected(edges);
      move.deadlocks.push({ victim: victim.name, edges });
      if (victim === session) {
        this.#leave(session);
        this.#parts.failTransaction(session, move);
        return { kind: "failed", error };
      }
      if (cancelled) track.restore(session);
      cancelled = false;
      this.fail(victim, move);
      move.settled.push({ session: victim.name, wokenBy: session.name, outcome: { kind: "failed", error } });
    }
    if (cancelled) track.restore(session);
    return { kind: "waiting", wait };
  }

  /** Ends the wait of `session` by a failure: its transaction fails, and what it held is released. */
  fail(session: YardSession, move: MoveRecord): void {
    this.#leave(session);
    move.released.push(session.name);
    const { transaction } = session;
    if (!transaction) return;
    if (transaction.place === "siding" && transaction.savepoints.length === 0) {
      this.#parts.track.endSiding(session, "rollback");
      transaction.place = "ended";
      transaction.failed = true;
    } else {
      this.#parts.failTransaction(session, move);
    }
  }

  /** Lets the waiters of every session in `move.released` try again, in the order in which they began to wait. */
  async wake(move: MoveRecord): Promise<void> {
    for (let released = move.released.shift(); released !== undefined; released = move.released.shift()) {
      for (const session of this.#queue.slice()) {
        const { waiting } = session;
        if (!waiting?.wait.for.includes(released)) continue;
        const outcome = await this.#parts.retry(session, waiting, move);
        if (outcome.kind !== "waiting") {
          this.#leave(session);
          move.released.push(session.name);
        }
        if (outcome.kind === "waiting" && sameWait(outcome.wait, waiting.wait)) continue;
        move.settled.push({ session: session.name, wokenBy: released, outcome });
      }
    }
  }

  #leave(session: YardSession): void {
    session.waiting = undefined;
    const at = this.#queue.indexOf(session);
    if (at >= 0) this.#queue.splice(at, 1);
  }

  /**
   * The snapshot of the first attempt. A lock on a relation is waited for before the statement's own snapshot is taken,
   * so READ COMMITTED sees afresh after it; so does a statement that waited while it was parsed.
   */
  #snapshotForRetry({ waited, wait }: Blocked): TransactionSnapshot | undefined {
    const { backend } = this.#parts;
    const isolation = backend.memory.u32(backend.addressOf("XactIsoLevel"));
    if (wait.tagType === LOCK_TAG.relation && isolation === READ_COMMITTED) return undefined;
    return waited?.snapshot ?? backend.snapshots.read();
  }

  #describe(session: YardSession, { wait, execution, behind = [] }: Blocked): Wait {
    const queued = isQueued(wait) ? (mustQueueBehind(session, [wait], this.ahead(session))?.ahead ?? []) : [];
    const ahead = [...new Set([...behind, ...queued])].map(({ name }) => name);
    const holders = wait.holderXids.map((xid) => this.#sessionOfXid(xid));
    if (holders.length + ahead.length === 0 || holders.includes(undefined)) {
      throw new SwitchyardError(
        "harness",
        `Session "${session.name}" waits for a transaction that belongs to no session (ids ${wait.holderXids.join(", ")}).`,
        "Report the token.",
      );
    }
    const where = readReply(execution.reply).error?.where;
    return {
      for: [...new Set([...(holders as string[]), ...ahead])],
      lock: describeWait(wait, where, this.#parts.relations),
    };
  }

  #sessionOfXid(xid: number): string | undefined {
    for (const { name, transaction } of this.#parts.sessions()) {
      if (transaction?.place === "siding" && transaction.sidingXid === xid) return name;
    }
    return undefined;
  }

  #timeout({ wait, surroundings }: Blocked): WaitingStatement["timeout"] {
    const candidates: { readonly atUs: number; readonly kind: "lock" | "statement" }[] = [];
    if (wait.lockTimeoutMs > 0)
      candidates.push({ atUs: this.#parts.now() + wait.lockTimeoutMs * 1000, kind: "lock" });
    if (wait.statementTimeoutMs > 0) {
      candidates.push({ atUs: surroundings.nowUs + wait.statementTimeoutMs * 1000, kind: "statement" });
    }
    return candidates.toSorted((a, b) => a.atUs - b.atUs)[0];
  }

  #cycle(session: YardSession): YardSession[] | undefined {
    const byName = new Map([...this.#parts.sessions()].map((known) => [known.name, known]));
    const names = cycleThrough(session.name, (name) => byName.get(name)?.waiting?.wait.for ?? []);
    return names?.map((name) => byName.get(name) as YardSession);
  }

  #edges(cycle: readonly YardSession[]): DeadlockEdge[] {
    return cycle.map((session, index) => {
      const waiting = session.waiting as WaitingStatement;
      const next = cycle[(index + 1) % cycle.length] as YardSession;
      return {
        session: session.name,
        waitsFor: next.name,
        statement: waiting.statement.text,
        lock: waiting.wait.lock,
      };
    });
  }

  /**
   * Who fails: the schedule's choice. Where two holders of one lock ask for more of it, Postgres fails the later one at
   * once, before anybody sleeps (lmgr/proc.c, JoinWaitQueue).
   */
  #chooseVictim(cycle: readonly YardSession[]): YardSession {
    const [first, ...others] = cycle.map(({ waiting }) => waiting?.wait.lock);
    const oneLock = others.every(
      (lock) => lock?.kind === first?.kind && lock?.relation === first?.relation && lock?.row === first?.row,
    );
    if (oneLock && first?.kind !== "row" && first?.kind !== "transaction") return cycle[0] as YardSession;
    const choice = this.#parts.start.chooseVictim(cycle.map(({ name }) => name));
    return cycle[choice % cycle.length] as YardSession;
  }
}

/** Whether requests for such a lock form a queue of their own. */
function isQueued({ tagType }: LockWait): boolean {
  return tagType === LOCK_TAG.relation || tagType === LOCK_TAG.advisory;
}

function sameWait(a: Wait, b: Wait): boolean {
  return a.for.join() === b.for.join() && a.lock.kind === b.lock.kind && a.lock.row === b.lock.row;
}
